import { createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { gcmDecrypt, gcmEncrypt, NONCE_BYTES, TAG_BYTES, type GcmBox } from './aes-gcm.js';
import { derive } from './hkdf.js';
import type { KeyEncryptionKeys } from './kek/key-encryption-keys.port.js';
import { KEK_ID } from './kek/kek-id.js';
import { decodeField, malformed, type Envelope } from './sealed-key.js';
import { SealingError } from './sealing.errors.js';

const DATA_KEY_BYTES = 32;
const COMMITMENT_BYTES = 32;
const COMMITMENT_PURPOSE = 'keyward.data-key-commitment.v1';

/** Encrypts under a fresh data key, so that no data key ever encrypts twice. */
export async function sealEnvelope(
  keks: KeyEncryptionKeys,
  plaintext: Uint8Array,
  associatedData: Buffer,
): Promise<Envelope> {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  try {
    const key = createSecretKey(dataKey);
    const box = gcmEncrypt(key, plaintext, associatedData);
    const { kekId, wrapped } = await keks.wrap(dataKey, associatedData);
    return {
      kekId,
      wrappedDataKey: wrapped.toString('base64url'),
      commitment: derive(key, COMMITMENT_PURPOSE, COMMITMENT_BYTES).toString('base64url'),
      nonce: box.nonce.toString('base64url'),
      ciphertext: box.ciphertext.toString('base64url'),
      tag: box.tag.toString('base64url'),
    };
  } finally {
    dataKey.fill(0);
  }
}

/** @throws SealingError UNKNOWN_KEK, WRONG_KEK or TAMPERED. */
export async function unwrapDataKey(
  keks: KeyEncryptionKeys,
  envelope: Envelope,
  associatedData: Buffer,
): Promise<KeyObject> {
  const { kekId } = envelope;
  if (typeof kekId !== 'string' || !KEK_ID.test(kekId)) throw malformed('has a malformed "kekId"');
  if (!keks.has(kekId)) {
    throw new SealingError(
      'UNKNOWN_KEK',
      `A key is sealed under the key encryption key "${kekId}", which this Keyward does not have: supply it.`,
    );
  }
  const commitment = decodeField(envelope, 'commitment', COMMITMENT_BYTES);
  const dataKey = await keks.unwrap(kekId, decodeField(envelope, 'wrappedDataKey'), associatedData);
  try {
    if (dataKey.length !== DATA_KEY_BYTES) throw malformed('holds a data key of a wrong length');
    const key = createSecretKey(dataKey);
    if (!timingSafeEqual(derive(key, COMMITMENT_PURPOSE, COMMITMENT_BYTES), commitment)) {
      throw malformed('holds another data key than the one it was sealed with');
    }
    return key;
  } finally {
    dataKey.fill(0);
  }
}

/** @throws SealingError TAMPERED when a field is not what base64url makes of so many bytes. */
export function boxOf(envelope: Envelope): GcmBox {
  return {
    nonce: decodeField(envelope, 'nonce', NONCE_BYTES),
    ciphertext: decodeField(envelope, 'ciphertext'),
    tag: decodeField(envelope, 'tag', TAG_BYTES),
  };
}

/** @throws SealingError TAMPERED. The caller owns the plaintext. */
export function openBox(dataKey: KeyObject, box: GcmBox, associatedData: Buffer): Buffer {
  const plaintext = gcmDecrypt(dataKey, box, associatedData);
  if (plaintext === undefined) throw malformed('does not open where it was found');
  return plaintext;
}

/**
 * The same envelope, with its data key wrapped by the current key encryption key: what was sealed is not touched.
 * @throws SealingError UNKNOWN_KEK, WRONG_KEK or TAMPERED.
 */
export async function rewrapEnvelope<E extends Envelope>(
  keks: KeyEncryptionKeys,
  envelope: E,
  associatedData: Buffer,
): Promise<E> {
  const dataKey = (await unwrapDataKey(keks, envelope, associatedData)).export();
  try {
    const { kekId, wrapped } = await keks.wrap(dataKey, associatedData);
    return { ...envelope, kekId, wrappedDataKey: wrapped.toString('base64url') };
  } finally {
    dataKey.fill(0);
  }
}
