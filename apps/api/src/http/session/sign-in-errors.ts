/** Why a sign-in failed, as `signInError` says it to the console. Nothing of the provider's own words. */
export const SIGN_IN_ERRORS = [
  'access_denied',
  'provider_error',
  'provider_unavailable',
  'sign_in_expired',
  'state_mismatch',
  'token_refused',
  'session_too_large',
] as const;

export type SignInErrorCode = (typeof SIGN_IN_ERRORS)[number];

export class SignInError extends Error {
  /** @param reason for the log: a sentence of ours. */
  constructor(
    readonly code: SignInErrorCode,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'SignInError';
  }
}
