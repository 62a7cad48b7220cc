import type { Principal, TokenVerifier } from '@keyward/access';
import { KeywardError } from '@keyward/contracts';
import { isKeywardError, type Clock, type CounterMetric, type Metrics } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextOf } from '../server/request-context.js';
import type { CookieSealer } from './cookie-sealer.js';
import { SIGN_IN_COOKIE, deleteCookie, readCookies, setCookie } from './cookies.js';
import type { IdentityProvider, Transaction } from './identity-provider.js';
import type { Sessions } from './sessions.js';
import { SIGN_IN_ERRORS, SignInError } from './sign-in-errors.js';

const TRANSACTION_LIFETIME_MS = 10 * 60_000;
/** The console's page for people who are not signed in. */
const SIGN_IN_PAGE = '/sign-in';
const OUTCOMES = { outcome: ['signed_in', ...SIGN_IN_ERRORS] } as const;

export interface SignInParts {
  /** Null where no provider is set. */
  readonly provider: IdentityProvider | null;
  readonly sealer: CookieSealer | null;
  readonly sessions: Sessions;
  readonly tokens: TokenVerifier;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Signing in through the provider: there and back. Each step answers where the browser goes next. */
export class SignIn {
  private readonly logger = new Logger('sign-in');
  private readonly outcomes: CounterMetric<typeof OUTCOMES>;

  constructor(private readonly parts: SignInParts) {
    this.outcomes = parts.metrics.counter({
      name: 'keyward_sign_ins_total',
      help: 'Sign-ins to the console through the identity provider, by how they ended.',
      labels: OUTCOMES,
    });
  }

  /** @throws KeywardError NOT_FOUND where no provider is set. */
  async begin(returnTo: string, reply: FastifyReply): Promise<string> {
    const { provider, sealer, clock } = this.inUse();
    try {
      const { url, transaction } = await provider.begin();
      const expiresAt = new Date(clock.now().getTime() + TRANSACTION_LIFETIME_MS);
      const cookie = await sealer.seal('sign-in', { ...transaction, returnTo }, expiresAt);
      // Lax: it has to come along when the provider sends the browser back.
      setCookie(reply, SIGN_IN_COOKIE, cookie, {
        sameSite: 'Lax',
        maxAgeSeconds: TRANSACTION_LIFETIME_MS / 1_000,
      });
      return url;
    } catch (error) {
      return this.refuse(error, returnTo);
    }
  }

  /** @throws KeywardError NOT_FOUND where no provider is set. */
  async finish(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const { provider, sealer, sessions, tokens } = this.inUse();
    let returnTo = '/';
    // Whatever comes of it, this was the one use of it.
    deleteCookie(reply, SIGN_IN_COOKIE);
    try {
      const transaction = await readTransaction(request, sealer);
      ({ returnTo } = transaction);
      const { accessToken, name } = await provider.finish(queryOf(request, transaction), transaction);
      const session = await sessions.begin(reply, await principalOf(accessToken, tokens), name);
      if (!session)
        throw new SignInError(
          'session_too_large',
          'The token has more roles than fit into the cookie of a session',
        );
      // For the access log.
      contextOf(request).principal = session.principal;
      this.outcomes.inc({ outcome: 'signed_in' });
      return returnTo;
    } catch (error) {
      return this.refuse(error, returnTo);
    }
  }

  /** Where to sign out of the provider too. */
  async endSessionUrl(): Promise<string | null> {
    return (await this.parts.provider?.endSessionUrl()) ?? null;
  }

  private inUse(): SignInParts & { readonly provider: IdentityProvider; readonly sealer: CookieSealer } {
    const { provider, sealer } = this.parts;
    if (!provider || !sealer) {
      throw new KeywardError(
        'NOT_FOUND',
        'This server signs nobody in through an identity provider: KEYWARD_OIDC_ISSUER is not set.',
      );
    }
    return { ...this.parts, provider, sealer };
  }

  private refuse(error: unknown, returnTo: string): string {
    if (!(error instanceof SignInError)) throw error;
    const { code, message, cause } = error;
    this.outcomes.inc({ outcome: code });
    this.logger.warn(`No sign-in: ${message}`, { reason: code }, ...(cause instanceof Error ? [cause] : []));
    return `${SIGN_IN_PAGE}?${new URLSearchParams({ signInError: code, return: returnTo }).toString()}`;
  }
}

type Begun = Transaction & { readonly returnTo: string };

async function readTransaction(request: FastifyRequest, sealer: CookieSealer): Promise<Begun> {
  const cookies = readCookies(request, SIGN_IN_COOKIE);
  const claims = cookies.length === 1 ? await sealer.open('sign-in', cookies[0]!) : undefined;
  if (claims) return claims as unknown as Begun;
  throw new SignInError(
    'sign_in_expired',
    'The browser came back from the identity provider without a sign-in that it began here less than ten minutes ago',
  );
}

/** @throws SignInError for the answer to another sign-in than the one that this browser began. */
function queryOf({ url }: FastifyRequest, { state }: Begun): string {
  const query = url.slice(url.indexOf('?'));
  const states = url.includes('?') ? new URLSearchParams(query).getAll('state') : [];
  if (states.length === 1 && states[0] === state) return query;
  throw new SignInError(
    'state_mismatch',
    'The answer is to another sign-in than the one that this browser began',
  );
}

async function principalOf(accessToken: string, tokens: TokenVerifier): Promise<Principal> {
  try {
    return await tokens.verify(accessToken);
  } catch (error) {
    if (!isKeywardError(error)) throw error;
    throw error.code === 'UNAVAILABLE'
      ? new SignInError('provider_unavailable', error.message)
      : new SignInError(
          'token_refused',
          `The provider's access token is not one for Keyward. ${error.message}`,
        );
  }
}
