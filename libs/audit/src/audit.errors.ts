/**
 * INVALID_SIGNING_KEY: the private key of the server. INVALID_TRUSTED_KEYS: the public keys of a verifier. LOG_ALTERED: the
 * event log does not hold what was in it before.
 */
export type AuditErrorCode = 'INVALID_SIGNING_KEY' | 'INVALID_TRUSTED_KEYS' | 'LOG_ALTERED';

/** Check `code`. The message of one about keys names the file and the rule, and repeats nothing of what the file holds. */
export class AuditError extends Error {
  constructor(
    readonly code: AuditErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'AuditError';
  }
}
