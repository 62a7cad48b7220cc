import { bearerToken, type Principal, type TokenVerifier } from '@keyward/access';
import type { Metadata } from '@grpc/grpc-js';

/** Who is calling. */
export class Callers {
  constructor(private readonly tokens: TokenVerifier) {}

  /**
   * At once for a token that was seen lately; a promise otherwise, so that the common case costs none.
   * @throws KeywardError UNAUTHENTICATED, also by rejection.
   */
  identify(metadata: Metadata): Principal | Promise<Principal> {
    const header = metadata.get('authorization')[0];
    const token = bearerToken(typeof header === 'string' ? header : undefined);
    return this.tokens.verifyCached(token) ?? this.tokens.verify(token);
  }
}
