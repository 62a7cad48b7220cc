import { SealingError } from './sealing.errors.js';

/** What envelope encryption leaves: safe to store, useless without the key encryption key. All base64url. */
export type Envelope = {
  /** Which key encryption key wrapped the data key. */
  readonly kekId: string;
  /** Opaque outside the key encryption keys that made it. */
  readonly wrappedDataKey: string;
  /** HKDF of the data key: tells a wrong data key from a right one, which AES-GCM alone does not promise. */
  readonly commitment: string;
  readonly nonce: string;
  readonly ciphertext: string;
  readonly tag: string;
};

/** One version of a key, sealed. A storage format: a change needs a new `format`. */
export type SealedKey = Envelope & { readonly format: 1 };

/** An organization's fingerprint key, sealed. Its format differs from a key's, so that neither passes for the other. */
export type SealedFingerprintKey = Envelope & { readonly format: 'fingerprint-key/1' };

const ENVELOPE_FIELDS = ['kekId', 'wrappedDataKey', 'commitment', 'nonce', 'ciphertext', 'tag'] as const;

/** @throws SealingError TAMPERED when the value, as read from a store, is not exactly a sealed key. */
export function parseSealedKey(value: unknown): SealedKey {
  return parse(value, 1) as SealedKey;
}

/** @throws SealingError TAMPERED when the value, as read from a store, is not exactly a sealed fingerprint key. */
export function parseSealedFingerprintKey(value: unknown): SealedFingerprintKey {
  return parse(value, 'fingerprint-key/1') as SealedFingerprintKey;
}

function parse(value: unknown, format: SealedKey['format'] | SealedFingerprintKey['format']): object {
  if (typeof value !== 'object' || value === null) throw malformed('is not an object');
  const record = value as Record<string, unknown>;
  if (record['format'] !== format) throw malformed('has an unknown format');
  const fields: Record<string, unknown> = { format };
  for (const field of ENVELOPE_FIELDS) {
    if (typeof record[field] !== 'string') throw malformed(`has no "${field}"`);
    fields[field] = record[field];
  }
  if (Object.keys(record).length !== ENVELOPE_FIELDS.length + 1)
    throw malformed('has fields that do not belong to it');
  return fields;
}

/**
 * The bytes of one field. One text per bytes: base64 with stray characters or bits is refused, so
 * that a record cannot be altered in a way that goes unseen.
 */
export function decodeField(
  envelope: Envelope,
  field: (typeof ENVELOPE_FIELDS)[number],
  length?: number,
): Buffer {
  const text: unknown = envelope[field];
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64url');
  if (bytes.toString('base64url') !== text || (length !== undefined && bytes.length !== length)) {
    throw malformed(`has a malformed "${field}"`);
  }
  return bytes;
}

export function malformed(problem: string): SealingError {
  return new SealingError(
    'TAMPERED',
    `A sealed record ${problem}: it was altered or is not one. Restore it from a backup.`,
  );
}
