import { failureOf } from '../testing/fake-environment.js';
import { readGrants } from './grants.js';

describe('The grants of a token', () => {
  it('are none when nothing is asked for', () => {
    expect(readGrants({})).toEqual({});
  });

  it('are every role that is asked for', () => {
    const grants = readGrants({
      org: ['acme=admin', 'globex=member'],
      project: ['acme/website=editor'],
      worker: ['acme/website', 'acme/mobile', 'acme/website'],
      platformAdmin: true,
    });
    expect(grants).toEqual({
      platformAdmin: true,
      organizations: { acme: 'admin', globex: 'member' },
      projects: { 'acme/website': 'editor' },
      worker: { organization: 'acme', projects: ['website', 'mobile'] },
    });
  });

  it('are the whole organization for a worker without projects', () => {
    expect(readGrants({ worker: ['acme'] })).toEqual({ worker: { organization: 'acme' } });
  });

  it.each([
    ['an organization without a role', { org: ['acme'] }, '--org must be'],
    ['a role that there is not', { org: ['acme=king'] }, 'owner, admin, member'],
    ['a role of a project for an organization', { org: ['acme=editor'] }, 'owner, admin, member'],
    ['more than a role', { org: ['acme=admin=x'] }, '--org must be'],
    ['a name that is no id', { org: ['__proto__=owner'] }, '--org must be'],
    ['two roles in one organization', { org: ['acme=admin', 'acme=owner'] }, '--org gives two roles'],
    ['a project without its organization', { project: ['website=editor'] }, '--project must be'],
    ['a project too deep', { project: ['acme/website/x=editor'] }, '--project must be'],
    ['two roles in one project', { project: ['a/b=admin', 'a/b=viewer'] }, '--project gives two roles'],
    ['a worker of nothing', { worker: [''] }, '--worker must be'],
    ['a worker of two organizations', { worker: ['acme', 'globex'] }, '--worker takes projects of one'],
    ['a worker of all and of some', { worker: ['acme', 'acme/website'] }, '--worker takes either'],
  ])('refuse %s', async (_what, options, sentence) => {
    const { message, exitCode } = await failureOf(() => readGrants(options));
    expect(exitCode).toBe(2);
    expect(message).toContain(sentence);
  });
});
