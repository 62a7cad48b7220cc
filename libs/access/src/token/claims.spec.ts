import fc from 'fast-check';
import { ORGANIZATION_ROLES, PROJECT_ROLES } from '../principal.js';
import { claimsOf, readClaims } from './claims.js';

const EXP = 4_000_000_000;

function reading(keyward: unknown, rest: object = {}): ReturnType<typeof readClaims> {
  return readClaims({ sub: 'alice', exp: EXP, keyward, ...rest });
}

describe('the claims of a token', () => {
  it('become a principal', () => {
    const read = reading({
      platform_admin: true,
      organizations: { acme: 'admin', globex: 'member' },
      projects: { 'acme/website': 'editor' },
      worker: { organization: 'acme', projects: ['website'] },
    });
    expect(read).toEqual({
      principal: {
        subject: 'alice',
        platformAdmin: true,
        organizations: new Map([
          ['acme', 'admin'],
          ['globex', 'member'],
        ]),
        projects: new Map([['acme/website', 'editor']]),
        worker: { organizationId: 'acme', projectIds: ['website'] },
        expiresAt: new Date(EXP * 1_000),
      },
    });
  });

  it.each([undefined, {}])("grant nothing when Keyward's own are %j", (keyward) => {
    expect(reading(keyward)).toEqual({
      principal: {
        subject: 'alice',
        platformAdmin: false,
        organizations: new Map(),
        projects: new Map(),
        worker: null,
        expiresAt: new Date(EXP * 1_000),
      },
    });
  });

  it('mean every project for a worker that names none', () => {
    expect(reading({ worker: { organization: 'acme' } })).toMatchObject({
      principal: { worker: { organizationId: 'acme', projectIds: null } },
    });
  });

  it('may name what objects have by nature, which grants just that', () => {
    const read = reading({ organizations: { constructor: 'owner', toString: 'member' } });
    if ('problem' in read) throw new Error(read.problem);
    expect([...read.principal.organizations]).toEqual([
      ['constructor', 'owner'],
      ['toString', 'member'],
    ]);
    expect(read.principal.organizations.get('hasOwnProperty')).toBeUndefined();
    expect(read.principal.projects.get('valueOf' as never)).toBeUndefined();
  });

  it.each([
    ['a role that is none', '{"organizations":{"acme":"root"}}', 'keyward.organizations'],
    [
      'a project role in place of an organization role',
      '{"organizations":{"acme":"editor"}}',
      'keyward.organizations',
    ],
    ['roles as a list', '{"organizations":["acme"]}', 'keyward.organizations'],
    ['roles as pairs', '{"organizations":[["acme","owner"]]}', 'keyward.organizations'],
    ['roles as text', '{"organizations":"acme"}', 'keyward.organizations'],
    ['__proto__ as an organization', '{"organizations":{"__proto__":"owner"}}', 'keyward.organizations'],
    ['an id with a slash', '{"organizations":{"acme/website":"owner"}}', 'keyward.organizations'],
    ['an id with the separator of streams', '{"organizations":{"a~b":"owner"}}', 'keyward.organizations'],
    ['an id with a line break', '{"organizations":{"acme\\n":"owner"}}', 'keyward.organizations'],
    ['an id that is too long', `{"organizations":{"${'a'.repeat(65)}":"owner"}}`, 'keyward.organizations'],
    ['an empty id', '{"organizations":{"":"owner"}}', 'keyward.organizations'],
    ['a project without its organization', '{"projects":{"website":"editor"}}', 'keyward.projects'],
    ['a project of three parts', '{"projects":{"a/b/c":"editor"}}', 'keyward.projects'],
    [
      'an organization role in place of a project role',
      '{"projects":{"acme/website":"owner"}}',
      'keyward.projects',
    ],
    ['a platform admin by text', '{"platform_admin":"true"}', 'keyward.platform_admin'],
    ['a platform admin by number', '{"platform_admin":1}', 'keyward.platform_admin'],
    ['a platform admin that is denied', '{"platform_admin":false}', 'keyward.platform_admin'],
    ['a worker of nothing', '{"worker":{}}', 'keyward.worker'],
    ['a worker of no project', '{"worker":{"organization":"acme","projects":[]}}', 'keyward.worker'],
    [
      'a worker of a malformed project',
      '{"worker":{"organization":"acme","projects":["a/b"]}}',
      'keyward.worker',
    ],
    ['a worker with more', '{"worker":{"organization":"acme","project":"x"}}', 'keyward.worker'],
    ['something unknown', '{"organisations":{"acme":"owner"}}', 'keyward'],
    ['__proto__ among them', '{"__proto__":{"platform_admin":true}}', 'keyward'],
    ['text', '"owner"', 'keyward'],
    ['a list', '[]', 'keyward'],
    ['null', 'null', 'keyward'],
  ])('are refused whole for %s', (_what, json, problem) => {
    expect(reading(JSON.parse(json))).toEqual({ problem });
  });

  it.each([
    ['no subject', { sub: undefined }, 'sub'],
    ['an empty subject', { sub: '' }, 'sub'],
    ['a subject with a line break', { sub: 'alice\n{"level":60}' }, 'sub'],
    ['a subject with a character that turns text around', { sub: 'alice\u202e' }, 'sub'],
    ['a subject that is too long', { sub: 'a'.repeat(257) }, 'sub'],
    ['a subject that is no text', { sub: 7 }, 'sub'],
    ['no end', { exp: undefined }, 'exp'],
    ['an end that is no whole number', { exp: 1.5 }, 'exp'],
  ])('are refused for %s', (_what, rest, problem) => {
    expect(reading({}, rest)).toEqual({ problem });
  });

  it('take the subjects that identity providers make', () => {
    for (const sub of ['auth0|5f7c8ec7', 'alice@example.com', 'CN=Älice Öz, O=Acme', '00u1a2b3c4']) {
      expect(reading({}, { sub })).toMatchObject({ principal: { subject: sub } });
    }
  });

  it('are written as they were read', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,9}$/);
    const path = fc.tuple(id, id).map((ids) => ids.join('/'));
    const all = fc.record(
      {
        platform_admin: fc.constant(true),
        organizations: fc.dictionary(id, fc.constantFrom(...ORGANIZATION_ROLES)),
        projects: fc.dictionary(path, fc.constantFrom(...PROJECT_ROLES)),
        worker: fc.record(
          { organization: id, projects: fc.array(id, { minLength: 1 }) },
          { requiredKeys: ['organization'] },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(all, (keyward) => {
        const read = reading(keyward);
        if ('problem' in read) throw new Error(read.problem);
        expect(reading(claimsOf(read.principal))).toEqual(read);
      }),
    );
  });

  it('never make a platform admin of anything but a literal true, nor throw', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), fc.jsonValue(), (keyward, admin) => {
        fc.pre(admin !== true);
        const read = reading({ ...keyward, platform_admin: admin });
        expect('principal' in read && read.principal.platformAdmin).toBe(false);
        expect(({} as Record<string, unknown>)['platform_admin']).toBeUndefined();
      }),
    );
  });
});
