import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JwtTokenVerifier, LOCAL_ISSUER, LocalIssuer } from '@keyward/access';
import { rawCall, type RawAnswer } from '../../../../../test/support/raw-http.js';
import type { ApiSettings } from '../../api.settings.js';
import { listenHttp } from '../../create-api-app.js';
import { ApiFixture } from '../../testing/api-fixture.js';
import { CONSOLE_HEADERS } from '../../testing/sign-in-world.js';

const ALICE = {
  subject: 'alice',
  organizations: [{ id: 'acme', role: 'admin' }],
  projects: [{ organizationId: 'globex', id: 'website', role: 'editor' }],
};

describe('Signing in for development', () => {
  let folder: string;
  let api: ApiFixture;
  let url: string;

  const start = async (settings: Partial<ApiSettings> = {}): Promise<ApiFixture> => {
    const localIssuer = await LocalIssuer.open(folder);
    return ApiFixture.start({
      localIssuer,
      tokenVerifier: JwtTokenVerifier.forKeys([localIssuer.publicJwk()], { issuer: LOCAL_ISSUER }),
      settings: { KEYWARD_DEVELOPMENT_SIGN_IN: true, ...settings },
    });
  };
  const signIn = (body: unknown, headers: readonly string[] = CONSOLE_HEADERS, host?: string) =>
    rawCall(url, {
      method: 'POST',
      path: '/session/development',
      headers,
      body: JSON.stringify(body),
      ...(host === undefined ? {} : { host }),
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-development-'));
    api = await start();
    url = await listenHttp(api.app, { KEYWARD_HTTP_HOST: '127.0.0.1', KEYWARD_HTTP_PORT: 0 });
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const withCookie = (path: string, { headers }: RawAnswer): Promise<RawAnswer> => {
    const [cookie = ''] = [headers['set-cookie'] ?? []].flat();
    return rawCall(url, { method: 'GET', path, headers: ['Cookie', cookie.split(';', 1)[0]!] });
  };
  const port = (): string => new URL(url).port;

  it('makes a session of whoever was asked for', async () => {
    const answer = await signIn(ALICE);
    const expected = {
      subject: 'alice',
      name: 'alice',
      platformAdmin: false,
      organizations: [{ id: 'acme', role: 'admin' }],
      projects: [{ organizationId: 'globex', id: 'website', role: 'editor' }],
      expiresAt: expect.any(String),
      development: true,
    };
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, expected]);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-keyward-session=.+; Secure; HttpOnly; SameSite=Strict$/),
    ]);
    expect(JSON.parse((await withCookie('/session', answer)).text)).toEqual(expected);
    expect((await withCookie('/v1/rollout', answer)).status).toBe(403);
    const root = await signIn({ subject: 'root', platformAdmin: true, ttl: 60 });
    expect((await withCookie('/v1/rollout', root)).status).toBe(200);
    const { expiresAt } = JSON.parse(root.text) as { expiresAt: string };
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
  });

  it('is told of to whoever is not signed in', async () => {
    const { text } = await rawCall(url, { method: 'GET', path: '/session' });
    expect(JSON.parse(text)).toMatchObject({ signIn: { kind: 'development', url: '/sign-in' } });
    expect(api.logLines.join('')).toContain('may sign in to the console as anybody');
  });

  it.each([
    ['no subject', { organizations: [] }, 'subject'],
    ['a subject with a line break', { subject: 'alice\n' }, 'sub'],
    [
      'a role that is none',
      { subject: 'a', organizations: [{ id: 'acme', role: 'root' }] },
      'organizations.0.role',
    ],
    ['a malformed id', { subject: 'a', organizations: [{ id: 'a b', role: 'admin' }] }, 'organizations.0.id'],
    [
      'an organization twice',
      { subject: 'a', organizations: ['admin', 'owner'].map((role) => ({ id: 'acme', role })) },
      'organizations',
    ],
    ['a life without end', { subject: 'a', ttl: 1e12 }, 'ttl'],
    ['a field it does not know', { subject: 'a', worker: 'acme' }, 'worker'],
  ])('refuses %s', async (_what, body, field) => {
    const { status, text } = await signIn(body);
    expect([status, JSON.parse(text)]).toMatchObject([
      400,
      { code: 'INVALID_REQUEST', violations: [{ field }] },
    ]);
  });

  it('refuses more roles than fit into a cookie, and sets none', async () => {
    const organizations = Array.from({ length: 200 }, (_, n) => ({
      id: `organization-${n}`,
      role: 'member',
    }));
    const { status, text, headers } = await signIn({ subject: 'a', organizations });
    expect([status, headers['set-cookie']]).toEqual([400, undefined]);
    expect(text).toContain('more roles than fit into the cookie of a session');
  });

  describe('is as if there were nothing', () => {
    const expectNothing = async (answer: RawAnswer): Promise<void> => {
      const absent = await rawCall(url, { method: 'POST', path: '/session/nothing', body: '{}' });
      const without = ({ status, text }: RawAnswer) => ({
        status,
        text: text.replace(/urn:keyward:request:[\w-]+/, ''),
      });
      expect(without(answer)).toEqual(without(absent));
      expect(answer.headers['set-cookie']).toBeUndefined();
    };

    it.each([
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'user@127.0.0.1',
      '0.0.0.0',
      '10.0.0.1',
      '',
    ])('for a page whose name %j leads to this machine', async (name) => {
      for (const host of [name, `${name}:${port()}`])
        await expectNothing(await signIn(ALICE, CONSOLE_HEADERS, host));
    });

    it.each([
      ['another site', ['Sec-Fetch-Site', 'cross-site', 'X-Keyward-Console', '1']],
      ['another port of this machine', ['Sec-Fetch-Site', 'same-site', 'X-Keyward-Console', '1']],
      ['another origin, whatever it says besides', [...CONSOLE_HEADERS, 'Origin', 'https://evil.example']],
      ['a program that says nothing of itself', []],
      ['a page that does not send the header of the console', ['Sec-Fetch-Site', 'same-origin']],
      ['what only has the header', ['X-Keyward-Console', '1']],
    ])('for %s', async (_what, headers) => {
      await expectNothing(await signIn(ALICE, headers));
    });

    it('for a simple form', async () => {
      const headers = ['Sec-Fetch-Site', 'cross-site', 'Content-Type', 'application/x-www-form-urlencoded'];
      const answer = await rawCall(url, { method: 'POST', path: '/session/development', headers });
      await expectNothing(answer);
    });

    it('where it is not switched on', async () => {
      const other = await start({ KEYWARD_DEVELOPMENT_SIGN_IN: false });
      const headers = { host: '127.0.0.1', 'sec-fetch-site': 'same-origin', 'x-keyward-console': '1' };
      const answer = await other.call('POST /session/development', { as: null, headers, body: ALICE });
      expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
      const { body } = await other.call('GET /session', { as: null });
      expect(body).not.toHaveProperty('signIn');
      expect(body.detail).toContain('Nobody can sign in to this Keyward with a browser');
      await other.close();
    });
  });

  it.each(['localhost', '127.0.0.2', '[::1]'])('goes by the name %s of this machine too', async (name) => {
    expect((await signIn(ALICE, CONSOLE_HEADERS, `${name}:${port()}`)).status).toBe(200);
  });
});
