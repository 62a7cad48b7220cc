import { failureOf, NOBODY_IN_PARTICULAR } from '../testing/fixtures.js';
import { projectPath, type Principal } from '../principal.js';
import { actorKind, authorize } from './authorize.js';
import { POLICY, type PolicyRow } from './policy.js';

const viewer: Principal = {
  ...NOBODY_IN_PARTICULAR,
  projects: new Map([[projectPath('acme', 'website'), 'viewer']]),
};

describe('authorize', () => {
  it('lets through what the table allows', () => {
    const target = { organizationId: 'acme', projectId: 'website' };
    expect(() => authorize('listProjectIntegrations', viewer, target)).not.toThrow();
    expect(() => authorize('healthLive', null)).not.toThrow();
  });

  it('says FORBIDDEN in the same words for a foreign and an absent target', async () => {
    const targets = [
      {},
      { organizationId: 'acme' },
      { organizationId: 'acme', projectId: 'website' },
      { organizationId: 'acme', projectId: 'does-not-exist' },
      { organizationId: 'globex', projectId: 'website' },
      { organizationId: 'does-not-exist', projectId: 'does-not-exist' },
    ];
    const answers = await Promise.all(
      targets.map((target) => failureOf(() => authorize('setProjectKey', viewer, target))),
    );
    expect(
      new Set(answers.map(({ code, message, metadata }) => JSON.stringify([code, message, metadata]))).size,
    ).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'FORBIDDEN', violations: [] });
  });

  it('says who may, without naming the target', async () => {
    const target = { organizationId: 'acme', projectId: 'website' };
    expect((await failureOf(() => authorize('setProjectKey', viewer, target))).message).toBe(
      'You may not do this: it needs the role owner or admin in the organization, or the role admin or editor in the project. ' +
        'Ask somebody who may, or for a token with that role.',
    );
  });

  it('asks whoever has no token to sign in', async () => {
    const rows: readonly PolicyRow[] = POLICY;
    const closed = POLICY.filter((_, index) => rows[index]?.allow.public !== true);
    expect(closed.length).toBeGreaterThan(0);
    for (const { operation } of closed) {
      expect(await failureOf(() => authorize(operation, null))).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});

describe('the kind of an actor', () => {
  const everything: Principal = {
    ...NOBODY_IN_PARTICULAR,
    platformAdmin: true,
    organizations: new Map([['acme', 'owner']]),
    projects: new Map([[projectPath('globex', 'website'), 'editor']]),
  };
  const acme = { organizationId: 'acme', projectId: 'website' };

  it.each([
    ['putProject', acme, 'platform_admin'],
    ['setOrgKey', acme, 'organization_owner'],
    ['setProjectKey', acme, 'organization_owner'],
    ['setProjectKey', { organizationId: 'globex', projectId: 'website' }, 'project_editor'],
    ['setProjectKey', { organizationId: 'globex', projectId: 'mobile' }, null],
    ['setOrgKey', { organizationId: 'globex' }, null],
  ] as const)('is, for %s at %j, %s: the role that allowed it and no other', (operation, target, kind) => {
    expect(actorKind(operation, everything, target)).toBe(kind);
    expect(actorKind(operation, null, target)).toBeNull();
  });
});
