import { TokenVerifier, bearerToken, type Principal } from '@keyward/access';
import { KeywardError } from '@keyward/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { HttpRoute } from '../operation/http-operations.js';
import { notFound } from '../problems/to-keyward-error.js';
import { contextOf, isApiPath, matchedRoute, type SignInHint } from '../server/request-context.js';
import { isConsoleOnThisMachine } from '../session/same-origin.js';
import { Sessions } from '../session/sessions.js';
import { SIGN_IN_MODE, type SignInMode } from '../session/sign-in-mode.js';
import { RateLimits } from './rate-limits.js';

const NO_SIGN_IN =
  'Nobody can sign in to this Keyward with a browser: whoever runs it sets KEYWARD_OIDC_ISSUER for that, or KEYWARD_DEVELOPMENT_SIGN_IN.';

/**
 * Says who is calling, before a byte of the body is read and before it is known whether the path
 * exists: without a token or a session nobody learns even that.
 */
@Injectable()
export class Authentication {
  private readonly signIn: SignInHint | undefined;

  constructor(
    private readonly tokens: TokenVerifier,
    private readonly sessions: Sessions,
    private readonly limits: RateLimits,
    @Inject(SIGN_IN_MODE) private readonly mode: SignInMode,
  ) {
    const { kind } = mode;
    if (kind !== 'none') this.signIn = { kind, url: kind === 'oidc' ? '/session/sign-in' : '/sign-in' };
  }

  /**
   * @throws KeywardError UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED; UNAVAILABLE when tokens cannot be checked now;
   * NOT_FOUND for the sign-in for development where it is not for this caller
   */
  async authenticate(request: FastifyRequest): Promise<void> {
    const route = matchedRoute(request);
    if (isApiPath(request) || route?.isPublic === false) await this.signedIn(request, route);
    else if (route?.path.startsWith('/session/')) await this.signingIn(request, route);
  }

  private async signedIn(request: FastifyRequest, route: HttpRoute | undefined): Promise<void> {
    const context = contextOf(request);
    if (route?.operation === 'getSession') context.signIn = this.signIn;
    const { principal, name } = await this.identify(request);
    context.principal = principal;
    context.name = name;
    await this.limits.takePrincipal(principal.subject);
  }

  private async signingIn(request: FastifyRequest, { operation }: HttpRoute): Promise<void> {
    await this.limits.takeSignIn(addressOf(request));
    if (operation === 'signInForDevelopment') this.requireDevelopment(request);
  }

  /** A browser asks where to sign in, and there is nowhere. */
  private isAskedInVain(request: FastifyRequest): boolean {
    return this.mode.kind === 'none' && matchedRoute(request)?.operation === 'getSession';
  }

  /** Whoever gets past this can be anybody. */
  private requireDevelopment(request: FastifyRequest): void {
    if (this.mode.kind !== 'development' || !isConsoleOnThisMachine(request)) throw notFound();
  }

  private async identify(request: FastifyRequest): Promise<{ principal: Principal; name?: string }> {
    try {
      if (!this.sessions.isIn(request)) return { principal: await this.verify(request) };
      if (request.headers.authorization !== undefined)
        throw new KeywardError('UNAUTHENTICATED', 'Send a token or the cookie of a session, not both.');
      return await this.sessions.read(request);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'UNAUTHENTICATED')
        await this.limits.noteFailedSignIn(addressOf(request));
      throw error;
    }
  }

  private async verify(request: FastifyRequest): Promise<Principal> {
    const authorization = onlyAuthorization(request);
    if (authorization === undefined && this.isAskedInVain(request))
      throw new KeywardError('UNAUTHENTICATED', NO_SIGN_IN);
    const token = bearerToken(authorization);
    const known = this.tokens.verifyCached(token);
    if (known) return known;
    await this.limits.checkFailedSignIns(addressOf(request));
    return this.tokens.verify(token);
  }
}

function addressOf({ socket }: FastifyRequest): string {
  return socket.remoteAddress ?? '';
}

/** With two of them, what stands before this server may have looked at the other one. */
function onlyAuthorization({ headers, raw }: FastifyRequest): string | undefined {
  const sent = raw.rawHeaders.filter((text, at) => at % 2 === 0 && /^authorization$/i.test(text));
  return sent.length > 1 ? undefined : headers.authorization;
}
