import { TokenVerifier, bearerToken, type Principal } from '@keyward/access';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { contextOf, isApiPath } from '../server/request-context.js';
import { RateLimits } from './rate-limits.js';

/**
 * Says who is calling, before a byte of the body is read and before it is known whether the path
 * exists: without a token nobody learns even that.
 */
@Injectable()
export class Authentication {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly limits: RateLimits,
  ) {}

  /** @throws KeywardError UNAUTHENTICATED, RATE_LIMITED; UNAVAILABLE when tokens cannot be checked now. */
  async authenticate(request: FastifyRequest): Promise<void> {
    if (!isApiPath(request)) return;
    const principal = await this.identify(request);
    contextOf(request).principal = principal;
    await this.limits.takePrincipal(principal.subject);
  }

  private async identify(request: FastifyRequest): Promise<Principal> {
    const address = request.socket.remoteAddress ?? '';
    try {
      const token = bearerToken(onlyAuthorization(request));
      const known = this.tokens.verifyCached(token);
      if (known) return known;
      await this.limits.checkFailedSignIns(address);
      return await this.tokens.verify(token);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'UNAUTHENTICATED')
        await this.limits.noteFailedSignIn(address);
      throw error;
    }
  }
}

/** With two of them, what stands before this server may have looked at the other one. */
function onlyAuthorization({ headers, raw }: FastifyRequest): string | undefined {
  const sent = raw.rawHeaders.filter((text, at) => at % 2 === 0 && /^authorization$/i.test(text));
  return sent.length > 1 ? undefined : headers.authorization;
}
