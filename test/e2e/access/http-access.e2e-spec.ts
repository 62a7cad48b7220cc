import type { Verdict } from '@keyward/access';
import { OPERATIONS, ROLES, expectedVerdict } from '@keyward/access/testing';
import type { RawAnswer, RawCall } from '../../support/raw-http.js';
import { AccessWorld, PLACES, onlyAnswer, type Place } from './access-world.js';
import { pathAt, servedRoutes, type ServedRoute } from './served-routes.js';

const OVER_GRPC = ['lookup', 'batchLookup', 'watch'];
const SERVED = OPERATIONS.filter((operation) => !OVER_GRPC.includes(operation));
const GUARDED = SERVED.filter((operation) => expectedVerdict(operation, 'none', {}) === 'deny');
const OPEN = SERVED.filter((operation) => !GUARDED.includes(operation));
const CASES = SERVED.flatMap((operation) => ROLES.map((role): [string, string] => [operation, role]));
const casesOf = (verdict: Verdict): [string, string][] =>
  CASES.filter(([operation, role]) => placesFor(operation, role, verdict).length > 0);

/** What an allowed request may still be refused for, here: what it is done to is not there, or busy. */
const NOT_NOW = [
  ...['UNKNOWN_ORGANIZATION', 'UNKNOWN_PROJECT', 'KEY_NOT_SET'],
  ...['UNKNOWN_KEY_VERSION', 'KEY_VERSION_IN_USE', 'READ_MODEL_BUSY'],
  // Nobody can sign in to this one by a browser.
  'NOT_FOUND',
];

/** What stands before Keyward, or a framework, may take these for who calls or for what is called. */
const FORGED_HEADERS = [
  ...['X-Forwarded-For', '127.0.0.1', 'X-Real-IP', '127.0.0.1', 'Forwarded', 'for=127.0.0.1;host=localhost'],
  ...['X-Forwarded-Host', 'localhost', 'X-Original-URL', '/health/live', 'X-Rewrite-URL', '/health/live'],
  ...[
    'X-Forwarded-Prefix',
    '/health',
    'X-User',
    'root',
    'X-Forwarded-User',
    'root',
    'Accept-Version',
    '1.0.0',
  ],
];
const METHOD_OVERRIDES = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].flatMap((name) => [
  name,
  'GET',
]);
const OTHER_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PATCH'];

/** For what is about the address and no role: without a token, without a role, with one elsewhere, with the most. */
const SOME_ROLES = ['none', 'signed', 'p-viewer', 'platf'];

/** The same path to a careless eye. */
const DISGUISES: Readonly<Record<string, (path: string) => string>> = {
  'a slash at the end': (path) => `${path}/`,
  'a double slash': (path) => path.replace('/organizations', '//organizations').replace(/^\/v1/, '//v1'),
  'encoded slashes': (path) => path.replace('/v1/', '/v1%2f').replace(/\/(?=integrations|projects)/, '%2F'),
  'another case': (path) => path.toUpperCase(),
  'a parameter in the path': (path) => `${path};admin=true`,
  'a dot segment': (path) => path.replace('/v1/', '/v1/./'),
  'an encoded dot segment to a public path': (path) => `${path}/%2e%2e/%2e%2e/health/live`,
  'a dot segment to a public path': (path) => `/health/live/../..${path}`,
  'a suffix': (path) => `${path}.json`,
  'a NUL': (path) => `${path}%00`,
  'an escape that is none': (path) => `${path}%zz`,
};

describe('Access over HTTP', () => {
  let world: AccessWorld;
  let routes: ReadonlyMap<string, ServedRoute>;
  let head: string;

  beforeAll(async () => {
    world = await AccessWorld.open();
    routes = new Map((await servedRoutes(world)).map((route) => [route.operation, route]));
    head = await world.head();
  }, 90_000);
  afterAll(() => world.close());

  const callTo = (operation: string, place: Place): RawCall => {
    const route = routes.get(operation)!;
    return { method: route.method, path: pathAt(route, place), ...(route.body && { body: route.body }) };
  };
  const sendAll = (role: string, calls: readonly RawCall[]): Promise<RawAnswer[]> =>
    Promise.all(calls.map((call) => world.sendAs(role, call)));
  /** Sends what is denied in another shape: the answer is the same everywhere, and one of these. */
  const expectDeniedAlike = async (
    operation: string,
    reshape: (call: RawCall) => RawCall,
    { roles = ROLES, statuses = (role: string) => [role === 'none' ? 401 : 403] } = {},
  ): Promise<void> => {
    for (const role of roles) {
      const calls = placesFor(operation, role, 'deny').map((place) => reshape(callTo(operation, place)));
      if (calls.length > 0) expect(statuses(role)).toContain(onlyAnswer(await sendAll(role, calls)).status);
    }
  };

  it('is written down for every route that is served, and for no other', () => {
    expect([...routes.keys()].sort()).toEqual([...SERVED].sort());
  });

  describe('is denied', () => {
    it.each(casesOf('deny'))('for %s by %s alike wherever it is, there or not', async (operation, role) => {
      const places = placesFor(operation, role, 'deny');
      const { status, text } = onlyAnswer(
        await sendAll(
          role,
          places.map((place) => callTo(operation, place)),
        ),
      );
      const code = (JSON.parse(text) as { code: string }).code;
      expect([status, code]).toEqual(role === 'none' ? [401, 'UNAUTHENTICATED'] : [403, 'FORBIDDEN']);
    });

    it.each(GUARDED)('for %s by a forged header no less', async (operation) => {
      await expectDeniedAlike(operation, (call) => ({
        ...call,
        headers: [...FORGED_HEADERS, ...METHOD_OVERRIDES],
      }));
    });

    it.each(GUARDED)(
      'for %s with each public path as a query, and with any consistency',
      async (operation) => {
        const queries = [
          ...OPEN.map((other) => pathAt(routes.get(other)!, PLACES['own']!)),
          ...OPEN.map((other) => `path=${pathAt(routes.get(other)!, PLACES['own']!)}`),
          ...[`at_least_as_fresh=${head}`, 'fully_consistent=true', 'minimize_latency=true', `at=${head}`],
          ...['at=2001-01-01T00:00:00Z', 'at_least_as_fresh=nonsense', '_method=GET', 'access_token=x'],
        ];
        await expectDeniedAlike(operation, (call) => ({
          ...call,
          path: `${call.path}?${queries.join('&')}`,
        }));
        for (const query of queries) {
          const reshape = (call: RawCall): RawCall => ({ ...call, path: `${call.path}?${query}` });
          await expectDeniedAlike(operation, reshape, { roles: ['none', 'signed'] });
        }
      },
    );

    it.each(Object.entries(DISGUISES))('for every route with %s', async (_name, disguise) => {
      const expected = { roles: SOME_ROLES, statuses: () => [400, 401, 403, 404] };
      for (const operation of GUARDED)
        await expectDeniedAlike(operation, (call) => ({ ...call, path: disguise(call.path) }), expected);
    });

    it.each(OTHER_METHODS)('for %s where the path has no such method', async (method) => {
      const templates = new Set([...routes.values()].map(({ template }) => template));
      for (const template of templates) {
        const served = [...routes.values()].filter((route) => route.template === template);
        if (served.some((route) => route.method === method)) continue;
        for (const role of SOME_ROLES) {
          const calls = Object.values(PLACES).map((place) => ({ method, path: pathAt({ template }, place) }));
          const { status, headers } = onlyAnswer(await sendAll(role, calls));
          const needsToken = template.startsWith('/v1/') && role === 'none';
          expect(status).toBe(needsToken ? 401 : 405);
          if (!needsToken) expect(headers['allow']).toBe(served.map((route) => route.method).join(', '));
        }
      }
    });

    it('without anything having been written', async () => {
      expect(await world.head()).toBe(head);
    });
  });

  describe('is denied to whoever shows', () => {
    let forgeries: Readonly<Record<string, string>>;
    beforeAll(async () => {
      forgeries = await world.mint.forgeries({ platform_admin: true, organizations: { acme: 'owner' } });
    });

    const expectSignIn = async (operation: string, headers: readonly string[]): Promise<void> => {
      const calls = Object.values(PLACES).map((place) => ({ ...callTo(operation, place), headers }));
      const answer = onlyAnswer(await Promise.all(calls.map((call) => world.send(call))));
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="keyward"']);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    };

    it.each(GUARDED)('a token not to be trusted, for %s', async (operation) => {
      for (const token of Object.values(forgeries))
        await expectSignIn(operation, ['Authorization', `Bearer ${token}`]);
    });

    it('two tokens, in either order, even when both are good', async () => {
      const good = ['Authorization', `Bearer ${world.tokens['owner']}`];
      const bad = ['Authorization', 'Bearer nonsense'];
      for (const both of [
        [...good, ...bad],
        [...bad, ...good],
        [...good, ...good],
        [...good, 'authorization', good[1]!],
      ])
        await expectSignIn('listOrgIntegrations', both);
    });

    it.each([
      ['no scheme', (token: string) => token],
      ['another scheme', (token: string) => `Basic ${token}`],
      ['two tokens in one header', (token: string) => `Bearer ${token}, Bearer ${token}`],
      ['nothing behind the scheme', () => 'Bearer'],
    ])('%s', async (_name, header) => {
      await expectSignIn('listOrgIntegrations', ['Authorization', header(world.tokens['owner']!)]);
    });

    it('a good token elsewhere than in the header', async () => {
      const { path } = callTo('listOrgIntegrations', PLACES['own']!);
      const token = world.tokens['owner']!;
      const cookie = [
        'Cookie',
        `access_token=${token}`,
        'X-Access-Token',
        token,
        'Proxy-Authorization',
        `Bearer ${token}`,
      ];
      const { status } = await world.send({
        method: 'GET',
        path: `${path}?access_token=${token}`,
        headers: cookie,
      });
      expect(status).toBe(401);
    });

    it('no token it is denied, and nothing was written', async () => {
      await expectSignIn('setOrgKey', []);
      expect(await world.head()).toBe(head);
    });
  });

  it.each(['bearer', 'BEARER', 'Bearer  '])('takes the scheme as "%s"', async (scheme) => {
    const headers = ['authorization', `${scheme} ${world.tokens['owner']}`];
    expect((await world.send({ ...callTo('listOrgIntegrations', PLACES['own']!), headers })).status).toBe(
      200,
    );
  });

  // Last, for it writes.
  describe('is allowed', () => {
    it.each(casesOf('allow'))('for %s by %s where the matrix says so', async (operation, role) => {
      for (const place of placesFor(operation, role, 'allow')) {
        const { status, text } = await world.sendAs(role, callTo(operation, place));
        if (status < 300) continue;
        expect(NOT_NOW).toContain((JSON.parse(text) as { code: string }).code);
      }
    });

    it("to an own organization, whose owner cannot tell another's project from one that is nowhere", async () => {
      await world.sendAs('platf', {
        method: 'PUT',
        path: '/v1/organizations/globex/projects/only-of-globex',
        body: '{"name":"x"}',
      });
      for (const operation of [
        'listProjectIntegrations',
        'explainEffectiveKey',
        'setProjectKey',
        'removeProjectKey',
      ]) {
        const answers = ['only-of-globex', 'only-of-nobody'].map(async (projectId) => {
          const answer = await world.sendAs(
            'owner',
            callTo(operation, { organizationId: 'acme', projectId }),
          );
          return { ...answer, text: answer.text.replaceAll(projectId, '<project>') };
        });
        expect(JSON.parse(onlyAnswer(await Promise.all(answers)).text)).toMatchObject({
          code: 'UNKNOWN_PROJECT',
        });
      }
    });
  });
});

function placesFor(operation: string, role: string, verdict: Verdict): Place[] {
  return Object.values(PLACES).filter((place) => expectedVerdict(operation, role, place) === verdict);
}
