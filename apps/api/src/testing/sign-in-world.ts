import { randomBytes } from 'node:crypto';
import { JwtTokenVerifier, type KeywardClaims } from '@keyward/access';
import { Clock } from '@keyward/runtime';
import type { CookieClient } from '../../../../test/support/cookie-client.js';
import { freePort } from '../../../../test/support/free-port.js';
import { CLIENT_ID, OpenIdProvider, RESOURCE } from '../../../../test/support/openid-provider.js';
import type { RawAnswer } from '../../../../test/support/raw-http.js';
import type { ApiSettings } from '../api.settings.js';
import { listenHttp } from '../create-api-app.js';
import { CookieSealer } from '../http/session/cookie-sealer.js';
import { SessionKeys } from '../http/session/session-keys.js';
import { ApiFixture } from './api-fixture.js';

/** The time of day, moved on as a test wishes. */
export class MovedClock extends Clock {
  aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }

  monotonicMs(): number {
    return performance.now() + this.aheadMs;
  }
}

export const CONSOLE_HEADERS = ['Sec-Fetch-Site', 'same-origin', 'X-Keyward-Console', '1'] as const;

const MANY: KeywardClaims = {
  organizations: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`organization-${n}`, 'member'])),
};

export const GRANTS: Readonly<Record<string, KeywardClaims>> = {
  alice: { organizations: { acme: 'owner' }, projects: { 'globex/website': 'viewer' } },
  root: { platform_admin: true },
  'a member of very many': MANY,
};

export interface SignInWorldOptions {
  readonly settings?: Partial<ApiSettings>;
  /** False: nothing listens at the provider's address until `startProvider`. */
  readonly provider?: boolean;
  /** `localhost` is another site to a browser than 127.0.0.1, which is the default. */
  readonly providerHost?: string;
  /** What the client's secret is read from; without it the client is a public one. */
  readonly secretFile?: string;
}

/** The HTTP API at a port, and an OpenID Connect provider through which people sign in to it. */
export class SignInWorld {
  readonly clock = new MovedClock();
  readonly keys = randomBytes(32).toString('base64');
  provider!: OpenIdProvider;
  api!: ApiFixture;
  url!: string;
  private providerPort!: number;
  private isPublic = true;
  private providerHost!: string;

  static async open({
    settings,
    provider = true,
    providerHost = '127.0.0.1',
    secretFile,
  }: SignInWorldOptions = {}): Promise<SignInWorld> {
    const world = new SignInWorld();
    world.isPublic = secretFile === undefined;
    world.providerHost = providerHost;
    const port = await freePort();
    world.providerPort = await freePort();
    world.url = `http://127.0.0.1:${port}`;
    if (provider) await world.startProvider();
    const issuer = `http://${providerHost}:${world.providerPort}`;
    const oidc = {
      KEYWARD_HTTP_PORT: port,
      KEYWARD_PUBLIC_URL: world.url,
      KEYWARD_OIDC_ISSUER: issuer,
      KEYWARD_OIDC_CLIENT_ID: CLIENT_ID,
      KEYWARD_OIDC_CLIENT_SECRET_FILE: secretFile,
      KEYWARD_OIDC_PARAMETERS: `resource=${encodeURIComponent(RESOURCE)}`,
      KEYWARD_SESSION_KEYS: world.keys,
      KEYWARD_TOKEN_ISSUER: issuer,
      KEYWARD_TOKEN_JWKS_URL: `${issuer}/jwks`,
      ...settings,
    };
    world.api = await ApiFixture.start({
      settings: oidc,
      clock: world.clock,
      tokenVerifier: JwtTokenVerifier.forJwksUrl(`${issuer}/jwks`, { issuer }),
    });
    await listenHttp(world.api.app, { KEYWARD_HTTP_HOST: '127.0.0.1', KEYWARD_HTTP_PORT: port });
    return world;
  }

  async startProvider(): Promise<void> {
    this.provider = await OpenIdProvider.start({
      host: this.providerHost,
      port: this.providerPort,
      redirectUri: `${this.url}/session/callback`,
      grants: GRANTS,
      isPublic: this.isPublic,
    });
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.provider?.close();
  }

  /** Signs in to the end; the answer of the callback. */
  async signIn(browser: CookieClient, returnTo = '/'): Promise<RawAnswer> {
    return browser.send('GET', await this.callback(browser, returnTo));
  }

  /** Signs in at the provider; the address to which it sends the browser back, not yet gone to. */
  async callback(browser: CookieClient, returnTo = '/'): Promise<string> {
    const start = `${this.url}/session/sign-in?return=${encodeURIComponent(returnTo)}`;
    return (await browser.follow(start, `${this.url}/session/callback`)).url;
  }

  session(browser: CookieClient): Promise<RawAnswer> {
    return browser.send('GET', `${this.url}/session`);
  }

  /** Makes cookies as this Keyward makes them, or another with other keys. */
  sealer(keys = this.keys): CookieSealer {
    return new CookieSealer(SessionKeys.parse(keys, 'the test'), this.clock);
  }
}

/** Why a sign-in failed, as the console is told. */
export function signInErrorOf({ status, headers }: RawAnswer): string | null {
  const url = new URL(String(headers['location']), 'http://console.example');
  expect([status, url.host, url.pathname]).toEqual([303, 'console.example', '/sign-in']);
  return url.searchParams.get('signInError');
}
