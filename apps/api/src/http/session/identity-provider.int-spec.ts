import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CookieClient } from '../../../../../test/support/cookie-client.js';
import { closeServer, listenOnLoopback } from '../../../../../test/support/loopback-server.js';
import { CLIENT_SECRET } from '../../../../../test/support/openid-provider.js';
import { SignInWorld, signInErrorOf } from '../../testing/sign-in-world.js';
import { IdentityProvider } from './identity-provider.js';

describe('A provider that is away when Keyward starts', () => {
  let world: SignInWorld;
  beforeAll(async () => {
    world = await SignInWorld.open({ provider: false });
  });
  afterAll(() => world.close());

  it('stops nothing but signing in, which works as soon as it is there', async () => {
    const browser = new CookieClient();
    const start = `${world.url}/session/sign-in`;
    const token = world.api.admin;
    expect(token).not.toBe('');
    for (const returnTo of ['/', '/platform'])
      expect(signInErrorOf(await browser.send('GET', `${start}?return=${returnTo}`))).toBe(
        'provider_unavailable',
      );
    expect((await browser.send('GET', `${world.url}/health/live`)).status).toBe(200);
    const signOut = await browser.send('POST', `${world.url}/session/sign-out`);
    expect(JSON.parse(signOut.text)).toEqual({ url: null });
    await world.startProvider();
    expect((await world.signIn(browser)).headers['location']).toBe('/');
    expect((await world.session(browser)).status).toBe(200);
  });

  it('or when the browser comes back, leaves nobody signed in', async () => {
    const browser = new CookieClient();
    const callback = await world.callback(browser);
    await world.provider.close();
    expect(signInErrorOf(await browser.send('GET', callback))).toBe('provider_unavailable');
    expect((await world.session(browser)).status).toBe(401);
  });
});

describe('A client with a secret', () => {
  let world: SignInWorld;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-oidc-'));
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, `${CLIENT_SECRET}\n`, { mode: 0o600 });
    world = await SignInWorld.open({ secretFile });
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  it('shows it to the provider, and to nobody else', async () => {
    const browser = new CookieClient();
    expect((await world.signIn(browser)).headers['location']).toBe('/');
    expect(world.api.logLines.join('')).not.toContain(CLIENT_SECRET);
  });

  it('does not start without it', async () => {
    const client = {
      issuer: world.provider.issuer,
      clientId: 'keyward-console',
      scope: 'openid',
      parameters: new URLSearchParams(),
      publicOrigin: world.url,
    };
    const secretFile = join(folder, 'absent');
    await expect(IdentityProvider.open({ ...client, secretFile })).rejects.toThrow(
      `${secretFile}, the file of KEYWARD_OIDC_CLIENT_SECRET_FILE, is missing or empty.`,
    );
    const open = join(folder, 'open');
    writeFileSync(open, CLIENT_SECRET, { mode: 0o644 });
    await expect(IdentityProvider.open({ ...client, secretFile: open })).rejects.toThrow(`chmod 600 ${open}`);
  });
});

describe("A provider's description", () => {
  let server: Server;
  let answer: RequestListener;
  let issuer: string;
  let asked: number;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked++;
      answer(request, response);
    });
    issuer = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  });
  beforeEach(() => {
    asked = 0;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await closeServer(server);
  });

  const open = (): Promise<IdentityProvider> =>
    IdentityProvider.open({
      issuer,
      clientId: 'keyward-console',
      secretFile: undefined,
      scope: 'openid',
      parameters: new URLSearchParams(),
      publicOrigin: 'https://keyward.example',
    });
  const describing =
    (metadata: object): RequestListener =>
    (_request, response) =>
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(metadata));

  it.each<[string, () => RequestListener]>([
    ['fails', () => (_request, response) => response.writeHead(500).end()],
    ['is of another issuer', () => describing({ issuer: 'https://evil.example' })],
    ['is no JSON', () => (_request, response) => response.end('<html>')],
    ['leads elsewhere', () => (_request, response) => response.writeHead(302, { location: '/x' }).end()],
  ])('that %s is no provider, and is asked for again', async (_what, broken) => {
    const provider = await open();
    answer = broken();
    await expect(provider.begin()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await provider.endSessionUrl()).toBeNull();
    answer = describing({ issuer, authorization_endpoint: `${issuer}/authorize` });
    expect((await provider.begin()).url).toContain(`${issuer}/authorize?`);
    expect(await provider.endSessionUrl()).toBeNull();
  });

  it('that names no place to sign in is not in order', async () => {
    const provider = await open();
    answer = describing({ issuer });
    await expect(provider.begin()).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('is asked for once by all who sign in meanwhile, and kept', async () => {
    const provider = await open();
    answer = describing({ issuer, authorization_endpoint: `${issuer}/authorize` });
    await Promise.all(Array.from({ length: 10 }, () => provider.begin()));
    await provider.begin();
    expect(asked).toBe(1);
  });
});
