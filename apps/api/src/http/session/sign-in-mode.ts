import { LOCAL_ISSUER } from '@keyward/access';
import { isLoopback } from '@keyward/runtime';
import type { ApiSettings } from '../../api.settings.js';

/** Injects the {@link SignInMode}. */
export const SIGN_IN_MODE = Symbol('how people sign in to the console');

/** A client of an OpenID Connect provider. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly secretFile: string | undefined;
  readonly scope: string;
  /** Sent when signing in and when redeeming the code. */
  readonly parameters: URLSearchParams;
  /** Where browsers reach Keyward, without a slash at the end. */
  readonly publicOrigin: string;
}

/** How people sign in to the console of this process. */
export type SignInMode =
  | { readonly kind: 'oidc'; readonly client: OidcClient }
  | { readonly kind: 'development' }
  | { readonly kind: 'none' };

/** @throws Error with a sentence that names the settings, when they contradict each other. */
export function signInMode(settings: ApiSettings): SignInMode {
  if (settings.KEYWARD_OIDC_ISSUER !== undefined) return oidc(settings, settings.KEYWARD_OIDC_ISSUER);
  for (const name of ['CLIENT_ID', 'CLIENT_SECRET_FILE', 'PARAMETERS'] as const) {
    if (settings[`KEYWARD_OIDC_${name}`] !== undefined)
      throw new Error(
        `KEYWARD_OIDC_${name} is of no use without KEYWARD_OIDC_ISSUER: set that too, or neither.`,
      );
  }
  return settings.KEYWARD_DEVELOPMENT_SIGN_IN ? development(settings) : { kind: 'none' };
}

function oidc(settings: ApiSettings, issuer: string): SignInMode {
  const clientId = needed(settings, 'KEYWARD_OIDC_CLIENT_ID');
  const publicUrl = needed(settings, 'KEYWARD_PUBLIC_URL');
  if (trustsLocalIssuer(settings)) {
    throw new Error(
      `With KEYWARD_OIDC_ISSUER the tokens of that provider have to be trusted: set KEYWARD_TOKEN_ISSUER and KEYWARD_TOKEN_JWKS_URL, which still name the local issuer for development.`,
    );
  }
  if (settings.KEYWARD_DEVELOPMENT_SIGN_IN) {
    throw new Error(
      'KEYWARD_DEVELOPMENT_SIGN_IN lets anybody in and is not for a Keyward with KEYWARD_OIDC_ISSUER: leave one of them out.',
    );
  }
  return {
    kind: 'oidc',
    client: {
      issuer,
      clientId,
      secretFile: settings.KEYWARD_OIDC_CLIENT_SECRET_FILE,
      scope: settings.KEYWARD_OIDC_SCOPE,
      parameters: new URLSearchParams(settings.KEYWARD_OIDC_PARAMETERS),
      publicOrigin: new URL(publicUrl).origin,
    },
  };
}

function needed(settings: ApiSettings, name: 'KEYWARD_OIDC_CLIENT_ID' | 'KEYWARD_PUBLIC_URL'): string {
  const value = settings[name];
  if (value === undefined) throw new Error(`${name} must be set when KEYWARD_OIDC_ISSUER is.`);
  return value;
}

function development(settings: ApiSettings): SignInMode {
  if (!trustsLocalIssuer(settings)) {
    throw new Error(
      `KEYWARD_DEVELOPMENT_SIGN_IN is for the local issuer alone: leave it out, or leave KEYWARD_TOKEN_ISSUER and KEYWARD_TOKEN_JWKS_URL out.`,
    );
  }
  const host = settings.KEYWARD_HTTP_HOST;
  if (!isLoopback(host) && host !== '::1') {
    throw new Error(
      `KEYWARD_DEVELOPMENT_SIGN_IN lets in whoever reaches the HTTP port, so KEYWARD_HTTP_HOST has to be an address of this machine alone, such as 127.0.0.1: leave one of them out.`,
    );
  }
  return { kind: 'development' };
}

function trustsLocalIssuer(settings: ApiSettings): boolean {
  return settings.KEYWARD_TOKEN_JWKS_URL === undefined && settings.KEYWARD_TOKEN_ISSUER === LOCAL_ISSUER;
}
