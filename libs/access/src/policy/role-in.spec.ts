import { projectPath, type Principal } from '../principal.js';
import { NOBODY_IN_PARTICULAR } from '../testing/fixtures.js';
import { roleIn } from './role-in.js';

const WEBSITE = { organizationId: 'acme', projectId: 'website' };
const MOBILE = { organizationId: 'acme', projectId: 'mobile' };

describe('the role in an organization', () => {
  const owner = { organizations: new Map([['acme', 'owner']]) } as Partial<Principal>;
  const viewer = { projects: new Map([[projectPath('acme', 'website'), 'viewer']]) } as Partial<Principal>;
  const worker: Partial<Principal> = { worker: { organizationId: 'acme', projectIds: ['website'] } };

  it.each([
    ['an owner', owner, MOBILE, 'organization_owner'],
    ['a viewer, in the own project', viewer, WEBSITE, 'project_viewer'],
    ['a viewer, in another project', viewer, MOBILE, 'project_viewer'],
    ['a viewer, in the organization', viewer, { organizationId: 'acme' }, 'project_viewer'],
    ['a worker, whatever project it is narrowed to', worker, MOBILE, 'worker'],
    ['a worker with a role', { ...worker, ...owner }, MOBILE, 'organization_owner'],
    ['a platform administrator', { platformAdmin: true }, WEBSITE, null],
    ['whoever is signed in', {}, WEBSITE, null],
    ['an owner elsewhere', owner, { organizationId: 'globex' }, null],
    ['a viewer elsewhere', viewer, { organizationId: 'acm' }, null],
    ['a worker elsewhere', worker, { organizationId: 'globex', projectId: 'website' }, null],
    ['an owner, where none is named', owner, {}, null],
  ])('of %s is known', (_who, grants, target, role) => {
    expect(roleIn({ ...NOBODY_IN_PARTICULAR, ...grants }, target)).toBe(role);
  });
});
