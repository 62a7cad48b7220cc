import { randomBytes } from 'node:crypto';
import { CookieClient } from '../../../../../test/support/cookie-client.js';
import type { RawAnswer } from '../../../../../test/support/raw-http.js';
import { CONSOLE_HEADERS, SignInWorld } from '../../testing/sign-in-world.js';
import { SESSION_COOKIE } from './cookies.js';

const LIST = '/v1/organizations/acme/integrations';
const KEY = `${LIST}/serpapi/key`;
const BODY = JSON.stringify({ secret: 'serp-0123456789-0123456789-9d3e' });

describe('A session of the console', () => {
  let world: SignInWorld;
  let browser: CookieClient;

  beforeAll(async () => {
    world = await SignInWorld.open({ settings: { KEYWARD_SESSION_LIFETIME: 5 * 60_000 } });
    const admin = new CookieClient();
    world.provider.signedInAs = 'root';
    await world.signIn(admin);
    for (const [path, body] of [
      ['/v1/organizations/acme', { name: 'Acme', plan: 'enterprise' }],
      ['/v1/rollout', { percentage: 100, include: [], exclude: [] }],
    ] as const)
      await admin.send('PUT', `${world.url}${path}`, {
        headers: CONSOLE_HEADERS,
        body: JSON.stringify(body),
      });
    world.provider.signedInAs = 'alice';
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    browser = new CookieClient();
    world.clock.aheadMs = 0;
    await world.signIn(browser);
  });

  const get = (path: string, headers: readonly string[] = []): Promise<RawAnswer> =>
    browser.send('GET', `${world.url}${path}`, { headers });
  const setKey = (headers: readonly string[], body = BODY): Promise<RawAnswer> =>
    browser.send('PUT', `${world.url}${KEY}`, { headers, body });
  const codeOf = ({ status, text }: RawAnswer): [number, string] => [
    status,
    (JSON.parse(text) as { code: string }).code,
  ];
  const cookie = (): string => browser.cookie(world.url, SESSION_COOKIE)!;
  const showing = (value: string): void => browser.plant(world.url, SESSION_COOKIE, value);
  const expectToSignIn = async (): Promise<void> => {
    const answers = [await get(LIST), await get('/session')];
    expect(answers.map(codeOf)).toEqual([
      [401, 'UNAUTHENTICATED'],
      [401, 'UNAUTHENTICATED'],
    ]);
    expect(JSON.parse(answers[1]!.text)).toMatchObject({
      detail: 'Your session has ended: sign in again.',
      signIn: { kind: 'oidc', url: '/session/sign-in' },
    });
  };

  it('lets its owner do what a token would, and nothing more', async () => {
    expect((await get(LIST)).status).toBe(200);
    expect((await setKey(CONSOLE_HEADERS)).status).toBeLessThan(300);
    expect(codeOf(await get('/v1/rollout'))).toEqual([403, 'FORBIDDEN']);
    expect(codeOf(await get('/v1/organizations/globex/integrations'))).toEqual([403, 'FORBIDDEN']);
    const { text } = await get('/v1/organizations/acme/history');
    expect(text).toContain('"actor":{"subject":"alice","kind":"organization_owner"}');
  });

  it('is told apart from none, with where to sign in', async () => {
    const { status, text, headers } = await new CookieClient().send('GET', `${world.url}/session`);
    expect([status, headers['content-type']]).toEqual([401, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(text)).toMatchObject({
      code: 'UNAUTHENTICATED',
      signIn: { kind: 'oidc', url: '/session/sign-in' },
    });
    const elsewhere = await new CookieClient().send('GET', `${world.url}${LIST}`);
    expect(JSON.parse(elsewhere.text)).not.toHaveProperty('signIn');
  });

  it('ends after its longest life, though the token is good for longer', async () => {
    world.clock.aheadMs = 4 * 60_000;
    expect((await get(LIST)).status).toBe(200);
    world.clock.aheadMs = 5 * 60_000;
    await expectToSignIn();
  });

  describe('is none when the cookie', () => {
    it('was sealed by a key that is not here', async () => {
      const claims = (await world.sealer().open('session', cookie()))!;
      const stranger = world.sealer(randomBytes(32).toString('base64'));
      showing(await stranger.seal('session', claims, new Date(Date.now() + 60_000)));
      await expectToSignIn();
    });

    it('was altered anywhere', async () => {
      const good = cookie();
      const places = [0, 5, good.indexOf('.') + 1, good.lastIndexOf('.') - 2, good.length - 2];
      for (const at of places) {
        showing(`${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`);
        expect((await get(LIST)).status).toBe(401);
      }
      showing(good);
      expect((await get(LIST)).status).toBe(200);
    });

    it('is that of a sign-in, or text of no kind', async () => {
      const claims = (await world.sealer().open('session', cookie()))!;
      const other = await world.sealer().seal('sign-in', claims, new Date(Date.now() + 60_000));
      for (const text of [other, '', 'nonsense', 'a.b.c.d.e', '"quoted"', 'x'.repeat(4_000)]) {
        showing(text);
        await expectToSignIn();
      }
    });

    it('is one of two', async () => {
      const both = `${SESSION_COOKIE}=${cookie()}; ${SESSION_COOKIE}=${cookie()}`;
      const { status } = await new CookieClient().send('GET', `${world.url}${LIST}`, {
        headers: ['Cookie', both],
      });
      expect(status).toBe(401);
    });
  });

  it('is not taken together with a token, good or bad', async () => {
    const token = world.api.token('olivia', { organizations: { acme: 'owner' } });
    for (const authorization of [`Bearer ${token}`, 'Bearer nonsense', '']) {
      const answer = await get(LIST, ['Authorization', authorization]);
      expect(codeOf(answer)).toEqual([401, 'UNAUTHENTICATED']);
      expect(answer.text).toContain('not both');
    }
  });

  describe('changes nothing by a request', () => {
    const refused: readonly (readonly [string, readonly string[]])[] = [
      ['that says nothing of where it comes from', ['X-Keyward-Console', '1']],
      ['without the header of the console', ['Sec-Fetch-Site', 'same-origin']],
      ['with another value in that header', ['Sec-Fetch-Site', 'same-origin', 'X-Keyward-Console', 'yes']],
      ...['cross-site', 'same-site', 'none', 'same-origin, cross-site', ''].map(
        (site) => [`of the kind ${site}`, ['Sec-Fetch-Site', site, 'X-Keyward-Console', '1']] as const,
      ),
      [
        'of another site, whatever Origin it claims',
        ['Sec-Fetch-Site', 'cross-site', 'Origin', 'http://127.0.0.1', 'X-Keyward-Console', '1'],
      ],
      ['of another origin', ['Origin', 'https://evil.example', 'X-Keyward-Console', '1']],
      ['of another port', ['Origin', 'http://127.0.0.1:1', 'X-Keyward-Console', '1']],
      ['of a page without an origin', ['Origin', 'null', 'X-Keyward-Console', '1']],
    ];

    it.each(refused)('%s', async (_what, headers) => {
      const before = await world.api.events.head();
      const answer = await setKey(headers);
      expect(codeOf(answer)).toEqual([403, 'FORBIDDEN']);
      expect(answer.text).toContain('of the console alone');
      for (const method of ['POST', 'DELETE', 'PATCH'])
        expect((await browser.send(method, `${world.url}${KEY}`, { headers })).status).toBe(403);
      expect(await world.api.events.head()).toEqual(before);
    });

    it('of a simple form', async () => {
      const headers = [
        ...['Sec-Fetch-Site', 'cross-site', 'Origin', 'https://evil.example'],
        ...['Content-Type', 'text/plain'],
      ];
      const { status } = await browser.send('POST', `${world.url}${KEY}/disable`, { headers });
      expect(status).toBe(403);
    });
  });

  it('changes something for an older browser that sends Origin alone', async () => {
    const headers = ['Origin', world.url, 'X-Keyward-Console', '1'];
    const body = JSON.stringify({ secret: 'serp-9876543210-9876543210-1a2b' });
    expect((await setKey(headers, body)).status).toBe(200);
  });

  describe('ends by signing out', () => {
    const signOut = (headers: readonly string[] = CONSOLE_HEADERS): Promise<RawAnswer> =>
      browser.send('POST', `${world.url}/session/sign-out`, { headers });

    it('here, with where to sign out of the provider', async () => {
      const { status, text } = await signOut();
      const url = new URL((JSON.parse(text) as { url: string }).url);
      expect([status, url.origin, url.pathname]).toEqual([200, world.provider.issuer, '/session/end']);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        client_id: 'keyward-console',
        post_logout_redirect_uri: `${world.url}/`,
      });
      expect(cookie()).toBeUndefined();
      expect((await get('/session')).status).toBe(401);
    });

    it('also when it had ended', async () => {
      showing('something of long ago');
      expect((await signOut()).status).toBe(200);
      expect(cookie()).toBeUndefined();
    });

    it('by nobody but the console', async () => {
      const answer = await signOut(['Sec-Fetch-Site', 'cross-site', 'X-Keyward-Console', '1']);
      expect(codeOf(answer)).toEqual([403, 'FORBIDDEN']);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect((await get('/session')).status).toBe(200);
    });

    it('for nobody who has none', async () => {
      const answer = await new CookieClient().send('POST', `${world.url}/session/sign-out`);
      expect([answer.status, answer.headers['set-cookie']]).toEqual([200, undefined]);
    });
  });
});
