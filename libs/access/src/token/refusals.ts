import { KeywardError } from '@keyward/contracts';

const RETRY_AFTER_SECONDS = 2;

export function unauthenticated(detail: string): KeywardError {
  return new KeywardError('UNAUTHENTICATED', detail);
}

const BY_CODE: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'The token has expired: get a new one.',
  ERR_JOSE_ALG_NOT_ALLOWED:
    'The token is signed by an algorithm that is not accepted: use EdDSA, ES256, RS256 or PS256.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "The token's signature is not its issuer's: get a new one.",
  ERR_JWKS_NO_MATCHING_KEY: 'The token is signed with a key that its issuer does not publish: get a new one.',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS:
    'The token does not say which of its issuer\'s keys signed it: its header needs a "kid".',
};

const BY_CLAIM: Readonly<Record<string, string>> = {
  iss: 'The token is of another issuer than the one this Keyward trusts.',
  aud: 'The token is not for Keyward: its audience must be "keyward".',
  typ: 'The token is not an access token for Keyward: the type in its header is another than the one expected.',
  nbf: 'The token is not valid yet: wait, or set the clocks.',
  iat: 'The token does not say rightly when it was issued: get a new one.',
  exp: 'The token has no end: its issuer must set the claim "exp".',
  sub: 'The token does not say whose it is: its issuer must set the claim "sub".',
};

const MALFORMED = 'The token is not a well-formed signed JWT: sign in again.';

/**
 * What jose found wrong, as a sentence of ours. Its own error is not kept as a cause: it carries
 * the token's claims. Goes by code and not by class, as jose advises.
 */
export function refusalOf(error: unknown): KeywardError {
  if (error instanceof KeywardError) return error;
  if (codeOf(error) !== 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return unauthenticated(BY_CODE[codeOf(error)] ?? MALFORMED);
  return unauthenticated(BY_CLAIM[String((error as { claim?: unknown }).claim)] ?? MALFORMED);
}

const FAULTS_OF_THE_TOKEN = ['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'];

/**
 * Sorts what went wrong while the issuer's keys were sought: either the token names none of them,
 * or they cannot be had, which is no fault of the token's.
 */
export function keySearchError(error: unknown): unknown {
  if (FAULTS_OF_THE_TOKEN.includes(codeOf(error))) return error;
  const detail = "The token issuer's keys are out of reach, so the token cannot be checked: try again.";
  return new KeywardError('UNAVAILABLE', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
