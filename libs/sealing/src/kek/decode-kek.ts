import { SealingError } from '../sealing.errors.js';

/**
 * Canonical base64, with or without padding, to bytes. The text never appears in the error.
 * @throws SealingError INVALID_KEK.
 */
export function decodeKek(id: string, base64: unknown, source: string): Buffer {
  if (typeof base64 === 'string') {
    const bytes = Buffer.from(base64, 'base64');
    const canonical = bytes.toString('base64');
    if (canonical === base64 || canonical.replace(/=+$/, '') === base64) return bytes;
  }
  throw new SealingError(
    'INVALID_KEK',
    `${source} holds the key encryption key "${id}" in another form than base64: it must be 32 random bytes in base64.`,
  );
}
