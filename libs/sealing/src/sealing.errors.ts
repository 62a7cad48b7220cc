/**
 * - `UNKNOWN_KEK`: no key encryption key has the id that a sealed record names. Supply that key.
 * - `WRONG_KEK`: a key encryption key has the right id and other bytes. Supply the right one.
 * - `TAMPERED`: a sealed record was altered, moved to another slot, or is not one. Never retry.
 * - `INVALID_KEK`: the file or variable with the key encryption keys breaks a rule.
 * - `INVALID_SECRET`, `INVALID_BINDING`: the caller passed what cannot be sealed without loss.
 */
export type SealingErrorCode =
  'UNKNOWN_KEK' | 'WRONG_KEK' | 'TAMPERED' | 'INVALID_KEK' | 'INVALID_SECRET' | 'INVALID_BINDING';

/** Thrown by everything in this library. Its message is a sentence for operators and never holds key bytes. */
export class SealingError extends Error {
  constructor(
    readonly code: SealingErrorCode,
    message: string,
  ) {
    // No cause on purpose: the errors of JSON.parse and of node:crypto may quote their input.
    super(message);
    this.name = 'SealingError';
  }
}

/** Looks at the code and not at the class, so that two copies of this library agree. */
export function isSealingError(error: unknown, code?: SealingErrorCode): error is SealingError {
  return (
    error instanceof Error &&
    error.name === 'SealingError' &&
    (code === undefined || (error as SealingError).code === code)
  );
}
