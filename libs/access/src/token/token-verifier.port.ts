import type { Principal } from '../principal.js';

/** Turns a bearer token into who it stands for. */
export abstract class TokenVerifier {
  /**
   * @throws KeywardError UNAUTHENTICATED when the token is not one to trust, with a sentence that
   * says why and never repeats it; UNAVAILABLE when the issuer's keys are out of reach, so that
   * nobody throws a good token away.
   */
  abstract verify(token: string): Promise<Principal>;

  /** The same without waiting, for a token verified within the last minute; else undefined. Never throws. */
  abstract verifyCached(token: string): Principal | undefined;
}
