/** INVALID_SIGNING_KEY: the private key of the server. INVALID_TRUSTED_KEYS: the public keys of a verifier. */
export type AuditErrorCode = 'INVALID_SIGNING_KEY' | 'INVALID_TRUSTED_KEYS';

/** Check `code`. The message names the file and the rule, and repeats nothing of what the file holds. */
export class AuditError extends Error {
  constructor(
    readonly code: AuditErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'AuditError';
  }
}
