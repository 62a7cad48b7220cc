import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawCall, type RawAnswer } from '../../../../../test/support/raw-http.js';
import { listenHttp } from '../../create-api-app.js';
import { ApiFixture } from '../../testing/api-fixture.js';

const PAGE = `<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>`;
const SCRIPT = `${'console.log(1);\n'.repeat(200)}`;

describe('The console', () => {
  let folder: string;
  let api: ApiFixture;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-console-'));
    const dist = join(folder, 'dist');
    mkdirSync(join(dist, 'assets'), { recursive: true });
    writeFileSync(join(dist, 'index.html'), PAGE);
    writeFileSync(join(dist, 'assets', 'index-3f2a.js'), SCRIPT);
    writeFileSync(join(dist, 'assets', 'logo-77.png'), Buffer.from([1, 2, 3]));
    writeFileSync(join(dist, 'assets', '.hidden.js'), 'secret');
    writeFileSync(join(dist, 'assets', 'index-3f2a.js.map'), 'secret');
    writeFileSync(join(dist, 'outside.js'), 'secret');
    writeFileSync(join(folder, 'secret.js'), 'secret');
    api = await ApiFixture.start({ settings: { KEYWARD_CONSOLE_DIR: dist } });
    url = await listenHttp(api.app, { KEYWARD_HTTP_HOST: '127.0.0.1', KEYWARD_HTTP_PORT: 0 });
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const get = (path: string, headers: readonly string[] = []): Promise<RawAnswer> =>
    rawCall(url, { method: 'GET', path, headers });

  it.each([
    ...['/', '/?signInError=access_denied', '/sign-in', '/organizations', '/organizations/acme'],
    ...['/organizations/acme/projects/website?at=2026-01-01', '/platform', '/platform/rollout'],
  ])('is one page at %s', async (path) => {
    const { status, headers, text } = await get(path);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    const [, nonce] = /nonce="([\w-]{22})"/.exec(text) ?? [];
    expect(text).toBe(PAGE.replaceAll('__CSP_NONCE__', nonce!));
    expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
  });

  it('has a policy that lets in nothing but its own files, and a nonce of its own each time', async () => {
    const answers = [await get('/'), await get('/')];
    const [policy, other] = answers.map(({ headers }) => String(headers['content-security-policy']));
    expect(other).not.toBe(policy);
    expect(policy!.replace(/nonce-[\w-]+/, 'nonce-*').split(';')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'nonce-*'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ]);
    expect(answers[0]!.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
  });

  it('loads files that are kept for good, compressed for who can read that', async () => {
    const plain = await get('/assets/index-3f2a.js');
    expect([plain.status, plain.text]).toEqual([200, SCRIPT]);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    const answer = await fetch(`${url}/assets/index-3f2a.js`, { headers: { 'accept-encoding': 'br, gzip' } });
    expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual(['gzip', SCRIPT]);
    const image = await get('/assets/logo-77.png', ['Accept-Encoding', 'gzip']);
    expect(image.headers).toMatchObject({ 'content-type': 'image/png', 'content-length': '3' });
    expect(image.headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ...['/assets/absent-1.js', '/assets/', '/assets/.hidden.js', '/assets/index-3f2a.js.map', '/index.html'],
    ...[
      '/assets/../outside.js',
      '/assets/..%2foutside.js',
      '/assets/%2e%2e/outside.js',
      '/assets/..%5coutside.js',
    ],
    ...[
      '/assets/..%2f..%2fsecret.js',
      '/assets/index-3f2a.js%00.png',
      '/assets/a/index-3f2a.js',
      '/assets//etc/passwd',
    ],
    ...['/organizations/../outside.js', '/other', '/sign-in/', '/SIGN-IN'],
  ])('has nothing at %s', async (path) => {
    const { status, text } = await get(path);
    expect(text).not.toContain('secret');
    if (status === 200) expect(text).toContain('csp-nonce');
    else expect([400, 404]).toContain(status);
  });

  it('takes no other method', async () => {
    for (const path of ['/', '/organizations/acme/x', '/assets/index-3f2a.js']) {
      const { status, headers } = await rawCall(url, { method: 'POST', path });
      expect([status, headers['allow']]).toEqual([405, 'GET']);
    }
  });

  it('leaves the API, health, metrics and documentation where they were', async () => {
    expect((await get('/v1/nothing')).status).toBe(401);
    for (const path of ['/health/live', '/metrics', '/openapi.json', '/docs'])
      expect((await get(path)).text).not.toContain('csp-nonce');
  });

  it('says so where it was not built', async () => {
    const other = await ApiFixture.start({ settings: { KEYWARD_CONSOLE_DIR: join(folder, 'nowhere') } });
    const { status, text } = await other.call('GET /organizations/acme', { as: null });
    expect([status, text]).toEqual([404, expect.stringContaining('\\"npm run build\\" builds it')]);
    await other.close();
  });
});
