import { CookieClient } from '../../../../../test/support/cookie-client.js';
import { TOKEN_LIFETIME_SECONDS } from '../../../../../test/support/openid-provider.js';
import { SignInWorld, signInErrorOf } from '../../testing/sign-in-world.js';
import { SESSION_COOKIE, SIGN_IN_COOKIE } from './cookies.js';

describe('Signing in through an OpenID Connect provider', () => {
  let world: SignInWorld;
  let browser: CookieClient;

  beforeAll(async () => {
    world = await SignInWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    browser = new CookieClient();
    world.provider.signedInAs = 'alice';
    world.provider.refuses = false;
    world.provider.audience = 'keyward';
  });

  const cookiesOf = (answer: { headers: Readonly<Record<string, unknown>> }): string[] =>
    [answer.headers['set-cookie'] ?? []].flat() as string[];

  it('asks the provider for a code in the way of the flow, with a challenge, a state and a nonce', async () => {
    const { status, headers } = await browser.send('GET', `${world.url}/session/sign-in`);
    const url = new URL(String(headers['location']));
    expect([status, url.origin]).toEqual([303, world.provider.issuer]);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'keyward-console',
      redirect_uri: `${world.url}/session/callback`,
      scope: 'openid profile',
      resource: 'urn:keyward',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [cookie] = cookiesOf({ headers });
    expect(cookie).toMatch(
      /^__Host-keyward-sign-in=[\w.-]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
    );
  });

  it('ends where it began, with a session of what the access token grants', async () => {
    const answer = await world.signIn(browser, '/organizations/acme?tab=keys');
    expect([answer.status, answer.headers['location']]).toEqual([303, '/organizations/acme?tab=keys']);
    expect(cookiesOf(answer).find((cookie) => cookie.startsWith(SESSION_COOKIE))).toMatch(
      /^__Host-keyward-session=[\w.-]+; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Strict$/,
    );
    expect(browser.cookie(world.url, SIGN_IN_COOKIE)).toBeUndefined();
    const { status, text, headers } = await world.session(browser);
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(JSON.parse(text)).toEqual({
      subject: 'alice',
      name: 'alice <b>of Acme</b>',
      platformAdmin: false,
      organizations: [{ id: 'acme', role: 'owner' }],
      projects: [{ organizationId: 'globex', id: 'website', role: 'viewer' }],
      expiresAt: expect.any(String),
      development: false,
    });
  });

  it('gives a session that ends with the token', async () => {
    const before = Date.now();
    await world.signIn(browser);
    const { expiresAt } = JSON.parse((await world.session(browser)).text) as { expiresAt: string };
    const seconds = (Date.parse(expiresAt) - before) / 1_000;
    expect(seconds).toBeGreaterThan(TOKEN_LIFETIME_SECONDS - 2);
    expect(seconds).toBeLessThan(TOKEN_LIFETIME_SECONDS + 60);
  });

  it('is no sign-in for whoever brings an answer that another browser asked for', async () => {
    const callback = await world.callback(browser);
    expect(signInErrorOf(await new CookieClient().send('GET', callback))).toBe('sign_in_expired');
    const other = new CookieClient();
    await world.callback(other);
    expect(signInErrorOf(await other.send('GET', callback))).toBe('state_mismatch');
    expect((await world.session(other)).status).toBe(401);
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'another')],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['two states', (url: URL) => url.searchParams.append('state', 'another')],
    ['nothing', (url: URL) => void (url.search = '')],
  ])('is refused when the answer has %s', async (_what, change) => {
    const url = new URL(await world.callback(browser));
    change(url);
    expect(signInErrorOf(await browser.send('GET', url.href))).toBe('state_mismatch');
    expect((await world.session(browser)).status).toBe(401);
  });

  it.each([
    ['of another provider', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['with two codes', (url: URL) => url.searchParams.append('code', 'another')],
    ['with a code that the provider did not give', (url: URL) => url.searchParams.set('code', 'guessed')],
    ['without a code', (url: URL) => url.searchParams.delete('code')],
  ])('is refused for an answer %s', async (_what, change) => {
    const url = new URL(await world.callback(browser));
    change(url);
    expect(signInErrorOf(await browser.send('GET', url.href))).toBe('provider_error');
  });

  it('is done once: neither the answer nor what the browser kept for it can be used again', async () => {
    const callback = await world.callback(browser);
    const kept = browser.cookie(world.url, SIGN_IN_COOKIE)!;
    await browser.send('GET', callback);
    expect(signInErrorOf(await browser.send('GET', callback))).toBe('sign_in_expired');
    const thief = new CookieClient();
    thief.plant(world.url, SIGN_IN_COOKIE, kept);
    expect(signInErrorOf(await thief.send('GET', callback))).toBe('provider_error');
    expect((await world.session(thief)).status).toBe(401);
  });

  it('takes ten minutes at most', async () => {
    const callback = await world.callback(browser);
    world.clock.aheadMs = 10 * 60_000 + 1_000;
    try {
      expect(signInErrorOf(await browser.send('GET', callback))).toBe('sign_in_expired');
    } finally {
      world.clock.aheadMs = 0;
    }
  });

  it.each([
    ['nonce', 'an ID token that was made for another sign-in'],
    ['verifier', 'a code that another client asked for'],
  ])('is refused by the %s for %s', async (part) => {
    const callback = await world.callback(browser);
    const sealer = world.sealer();
    const begun = await sealer.open('sign-in', browser.cookie(world.url, SIGN_IN_COOKIE)!);
    const altered = { ...begun, [part]: 'a'.repeat(43) };
    browser.plant(
      world.url,
      SIGN_IN_COOKIE,
      await sealer.seal('sign-in', altered, new Date(Date.now() + 60_000)),
    );
    expect(signInErrorOf(await browser.send('GET', callback))).toBe('provider_error');
  });

  it('tells of what the provider refuses by a word of ours, and repeats nothing', async () => {
    world.provider.refuses = true;
    const denied = await browser.send('GET', await world.callback(browser, '/organizations/acme'));
    expect(signInErrorOf(denied)).toBe('access_denied');
    expect(String(denied.headers['location'])).toContain('return=%2Forganizations%2Facme');
    world.provider.refuses = false;
    const url = new URL(await world.callback(browser));
    url.searchParams.delete('code');
    url.searchParams.set('error', '<script>alert(1)</script>');
    url.searchParams.set('error_description', '<script>alert(2)</script>');
    const odd = await browser.send('GET', url.href);
    expect(signInErrorOf(odd)).toBe('provider_error');
    for (const { text, headers } of [denied, odd])
      expect(`${text}${JSON.stringify(headers)}`).not.toMatch(/script|alert/);
    expect(world.api.logLines.join('')).not.toMatch(/script|alert/);
  });

  it('is refused, with the reason in the log, when the access token is not one for Keyward', async () => {
    world.provider.audience = 'another-service';
    expect(signInErrorOf(await world.signIn(browser))).toBe('token_refused');
    expect(world.api.logLines.join('')).toContain('its audience must be \\"keyward\\"');
  });

  it('is refused when the roles do not fit into a cookie', async () => {
    world.provider.signedInAs = 'a member of very many';
    const answer = await world.signIn(browser);
    expect(signInErrorOf(answer)).toBe('session_too_large');
    expect(browser.cookie(world.url, SESSION_COOKIE)).toBeUndefined();
  });

  it.each([
    ...['https://evil.example/', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example'],
    ...[
      'javascript:alert(1)',
      'evil.example',
      '',
      '/a\nb',
      '/é',
      'http:/evil.example',
      `/${'a'.repeat(512)}`,
    ],
  ])('leads nowhere else afterwards: %j is refused', async (returnTo) => {
    const url = `${world.url}/session/sign-in?return=${encodeURIComponent(returnTo)}`;
    const { status, text } = await browser.send('GET', url);
    expect([status, JSON.parse(text)]).toMatchObject([
      400,
      { code: 'INVALID_REQUEST', violations: [{ field: 'return' }] },
    ]);
  });

  it('leaves nothing of it in the log', async () => {
    const callback = new URL(await world.callback(browser));
    const begun = await world.sealer().open('sign-in', browser.cookie(world.url, SIGN_IN_COOKIE)!);
    const kept = browser.cookie(world.url, SIGN_IN_COOKIE)!;
    await browser.send('GET', callback.href);
    await world.session(browser);
    await browser.send('GET', callback.href);
    const secrets = [
      ...['code', 'state'].map((name) => callback.searchParams.get(name)!),
      ...['nonce', 'verifier'].map((name) => String(begun![name])),
      ...[kept, browser.cookie(world.url, SESSION_COOKIE)!],
    ];
    const log = world.api.logLines.join('');
    const line = world.api.logLines.findLast(
      (text) => text.includes('finishSignIn') && text.includes('actor'),
    );
    expect(JSON.parse(line!)).toMatchObject({ route: '/session/callback', status: 303, actor: 'alice' });
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      expect(log).not.toContain(secret);
    }
    expect(log).not.toContain('eyJ');
  });

  it('counts how sign-ins end', async () => {
    const { body } = await world.api.metrics.render();
    expect(body).toMatch(/keyward_sign_ins_total\{outcome="signed_in"\} [1-9]/);
    expect(body).toMatch(/keyward_sign_ins_total\{outcome="state_mismatch"\} [1-9]/);
  });
});
