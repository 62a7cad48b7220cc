import { KeywardError } from '@keyward/contracts';

const BEARER = /^Bearer +([A-Za-z0-9_.~+/-]+=*) *$/i;

/**
 * The token of an `Authorization` header or metadata entry.
 * @throws KeywardError UNAUTHENTICATED when there is none.
 */
export function bearerToken(authorization: string | undefined): string {
  const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
  if (token === undefined) {
    throw new KeywardError('UNAUTHENTICATED', 'Sign in: send the header "Authorization: Bearer <token>".');
  }
  return token;
}
