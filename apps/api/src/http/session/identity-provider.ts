import { isLoopback, readPrivateFile } from '@keyward/runtime';
import type { Configuration, IDToken } from 'openid-client';
import { SignInError, type SignInErrorCode } from './sign-in-errors.js';
import type { OidcClient } from './sign-in-mode.js';

const TIMEOUT_SECONDS = 5;

/** What has to be known again when the browser comes back from the provider. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE: whoever only saw the code cannot redeem it. */
  readonly verifier: string;
}

export interface SignedIn {
  readonly accessToken: string;
  /** As the provider calls the person; undefined when it does not. */
  readonly name: string | undefined;
}

/**
 * The OpenID Connect provider, as its client (authorization code flow with PKCE). It is asked for its endpoints when
 * somebody first signs in, and again after a failure: while it is away Keyward serves all else.
 */
export class IdentityProvider {
  private configuration: Promise<Configuration> | undefined;

  constructor(
    private readonly client: OidcClient,
    /** Read once, at the start. */
    private readonly secret: string | undefined,
  ) {}

  /** @throws Error naming the file, when the client's secret cannot be read. */
  static async open(client: OidcClient): Promise<IdentityProvider> {
    if (client.secretFile === undefined) return new IdentityProvider(client, undefined);
    const secret = (await readPrivateFile(client.secretFile))?.trim();
    if (!secret)
      throw new Error(
        `${client.secretFile}, the file of KEYWARD_OIDC_CLIENT_SECRET_FILE, is missing or empty.`,
      );
    return new IdentityProvider(client, secret);
  }

  /** Where to send the browser, and what to know when it comes back. @throws SignInError */
  async begin(): Promise<{ readonly url: string; readonly transaction: Transaction }> {
    const openid = await import('openid-client');
    const configuration = await this.discover();
    const transaction = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier: openid.randomPKCECodeVerifier(),
    };
    const parameters = new URLSearchParams(this.client.parameters);
    parameters.set('redirect_uri', this.callbackUrl);
    parameters.set('scope', this.client.scope);
    parameters.set('state', transaction.state);
    parameters.set('nonce', transaction.nonce);
    parameters.set('code_challenge', await openid.calculatePKCECodeChallenge(transaction.verifier));
    parameters.set('code_challenge_method', 'S256');
    try {
      return { url: openid.buildAuthorizationUrl(configuration, parameters).href, transaction };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Redeems the code that the browser brought. @param query of the callback, as it came. @throws SignInError */
  async finish(query: string, { state, nonce, verifier }: Transaction): Promise<SignedIn> {
    const openid = await import('openid-client');
    const configuration = await this.discover();
    try {
      const tokens = await openid.authorizationCodeGrant(
        configuration,
        new URL(`${this.callbackUrl}${query}`),
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
        this.client.parameters,
      );
      return { accessToken: tokens.access_token, name: nameIn(tokens.claims()) };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Where the person can sign out of the provider too; null when it has no such place, or cannot be asked. */
  async endSessionUrl(): Promise<string | null> {
    const openid = await import('openid-client');
    try {
      const configuration = await this.discover();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      const after = `${this.client.publicOrigin}/`;
      return openid.buildEndSessionUrl(configuration, { post_logout_redirect_uri: after }).href;
    } catch {
      return null;
    }
  }

  private get callbackUrl(): string {
    return `${this.client.publicOrigin}/session/callback`;
  }

  /** One question for all who ask meanwhile; an answer is kept, a failure is not. */
  private async discover(): Promise<Configuration> {
    this.configuration ??= this.askForConfiguration();
    try {
      return await this.configuration;
    } catch (error) {
      this.configuration = undefined;
      throw new SignInError('provider_unavailable', 'The identity provider does not tell its endpoints', {
        cause: error,
      });
    }
  }

  private async askForConfiguration(): Promise<Configuration> {
    const openid = await import('openid-client');
    const { issuer, clientId } = this.client;
    const server = new URL(issuer);
    const execute = isLoopback(server.hostname) ? [openid.allowInsecureRequests] : [];
    const found = await openid.discovery(server, clientId, {}, openid.None(), {
      execute,
      timeout: TIMEOUT_SECONDS,
    });
    if (this.secret === undefined) return found;
    const metadata = found.serverMetadata();
    // What a provider that names no ways takes is Basic (OpenID Connect Discovery 1.0, section 3).
    const ways = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const way = ways.includes('client_secret_basic') ? openid.ClientSecretBasic : openid.ClientSecretPost;
    const configuration = new openid.Configuration(metadata, clientId, {}, way(this.secret));
    configuration.timeout = TIMEOUT_SECONDS;
    for (const extension of execute) extension(configuration);
    return configuration;
  }
}

function nameIn(claims: IDToken | undefined): string | undefined {
  const named = [claims?.['name'], claims?.['preferred_username'], claims?.['email']];
  return named.find(
    (name): name is string => typeof name === 'string' && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(name),
  );
}

/** What an OAuth error code may look like; anything else that a provider says is not repeated, not even in the log. */
const OAUTH_ERROR = /^[a-z_]{1,64}$/;

/** The library's own error is not kept as a cause: it carries the answer, with tokens. */
function refusalOf(error: unknown): SignInError {
  const { code, error: said } = (error ?? {}) as { readonly code?: unknown; readonly error?: unknown };
  const named = typeof said === 'string' && OAUTH_ERROR.test(said) ? `: ${said}` : '';
  switch (code) {
    case 'OAUTH_AUTHORIZATION_RESPONSE_ERROR':
      return new SignInError(codeOf(said), `The identity provider refused the sign-in${named}`);
    case 'OAUTH_RESPONSE_BODY_ERROR':
      return new SignInError('provider_error', `The identity provider did not redeem the code${named}`);
    default:
      return isOutOfReach(error)
        ? new SignInError('provider_unavailable', 'The identity provider is out of reach')
        : new SignInError(
            'provider_error',
            `The identity provider's answer is not in order (${String(code)})`,
          );
  }
}

function codeOf(said: unknown): SignInErrorCode {
  if (said === 'access_denied') return 'access_denied';
  return said === 'temporarily_unavailable' ? 'provider_unavailable' : 'provider_error';
}

interface LibraryError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: { readonly name?: unknown; readonly status?: unknown };
}

/** No connection (which `fetch` calls a TypeError), no answer in time, or a server that says it is in trouble. */
function isOutOfReach(error: unknown): boolean {
  const { name, code, cause } = (error ?? {}) as LibraryError;
  if (code === 'OAUTH_TIMEOUT' || name === 'TypeError' || cause?.name === 'TypeError') return true;
  return code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' && Number(cause?.status) >= 500;
}
