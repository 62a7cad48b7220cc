import { createServer, type Server } from 'node:http';
import { KEYWARD_CLAIM, type KeywardClaims } from '@keyward/access';
import type { default as Provider, Configuration } from 'oidc-provider';
import { closeServer, listenOnLoopback } from './loopback-server.js';

/** What the access tokens are for, as the client asks (RFC 8707). */
export const RESOURCE = 'urn:keyward';
export const TOKEN_LIFETIME_SECONDS = 600;
export const CLIENT_ID = 'keyward-console';
export const CLIENT_SECRET = 'a-secret-of-the-client-that-nobody-may-see';

export interface OpenIdProviderOptions {
  /** The only place to which it sends browsers back. */
  readonly redirectUri: string;
  /** What Keyward's claim in the access tokens says, by account. */
  readonly grants: Readonly<Record<string, KeywardClaims>>;
  /** Whether the client has no secret. @defaultValue true */
  readonly isPublic?: boolean;
  /** Any free one by default. */
  readonly port?: number;
  /** `localhost` is another site to a browser than 127.0.0.1, which is the default. */
  readonly host?: string;
}

/**
 * An OpenID Connect provider (the `oidc-provider` of npm) at which everybody signs in without being asked, as the
 * account that `signedInAs` names, which a test may change.
 */
export class OpenIdProvider {
  signedInAs = 'alice';
  /** True: whoever comes is sent back with `access_denied`. */
  refuses = false;
  /** For whom the next access tokens are. */
  audience = 'keyward';

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
    quieten();
    const { Provider, errors } = await import('oidc-provider');
    const server = createServer();
    const port = await listenOnLoopback(server, options.port);
    const made = new OpenIdProvider(server, `http://${options.host ?? '127.0.0.1'}:${port}`);
    const provider = new Provider(
      made.issuer,
      made.configuration(options, () => new errors.InvalidTarget()),
    );
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/')) void made.interact(provider, request, response);
      else void provider.callback()(request, response);
    });
    return made;
  }

  get jwksUrl(): string {
    return `${this.issuer}/jwks`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await closeServer(this.server);
  }

  private async interact(
    provider: Provider,
    ...[request, response]: Parameters<ReturnType<Provider['callback']>>
  ): Promise<void> {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (this.refuses) {
      const result = { error: 'access_denied', error_description: '<script>alert(1)</script>' };
      return provider.interactionFinished(request, response, result);
    }
    if (prompt.name === 'login')
      return provider.interactionFinished(request, response, { login: { accountId: this.signedInAs } });
    const grant = new provider.Grant({
      accountId: session!.accountId,
      clientId: params['client_id'] as string,
    });
    grant.addOIDCScope('openid profile');
    grant.addResourceScope(RESOURCE, 'openid profile');
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  }

  private configuration(
    { redirectUri, grants, isPublic = true }: OpenIdProviderOptions,
    refusal: () => Error,
  ): Configuration {
    return {
      clients: [
        {
          client_id: CLIENT_ID,
          ...(isPublic
            ? { token_endpoint_auth_method: 'none' as const }
            : { client_secret: CLIENT_SECRET, token_endpoint_auth_method: 'client_secret_basic' as const }),
          redirect_uris: [redirectUri],
          post_logout_redirect_uris: [new URL('/', redirectUri).href],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, name: `${sub} <b>of Acme</b>` }),
      }),
      claims: { openid: ['sub'], profile: ['name'] },
      conformIdTokenClaims: false,
      extraTokenClaims: (_context, token) => {
        const grant = 'accountId' in token ? grants[token.accountId] : undefined;
        return grant && { [KEYWARD_CLAIM]: grant };
      },
      pkce: { required: () => true },
      features: {
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo: (_context, resource) => {
            if (resource !== RESOURCE) throw refusal();
            return {
              audience: this.audience,
              scope: 'openid profile',
              accessTokenFormat: 'jwt',
              accessTokenTTL: TOKEN_LIFETIME_SECONDS,
            };
          },
        },
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      cookies: { keys: ['cookies of a provider for tests'] },
    };
  }
}

/** It tells on the console of all that is for development only, which this is. */
function quieten(): void {
  const { console } = globalThis;
  for (const way of ['info', 'warn'] as const) {
    const say = console[way].bind(console);
    console[way] = (...told: unknown[]) =>
      String(told[0]).startsWith('oidc-provider ') ? undefined : say(...told);
  }
}
