import { createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { gcmDecrypt, gcmEncrypt, NONCE_BYTES, TAG_BYTES } from '../aes-gcm.js';
import { derive } from '../hkdf.js';
import { encodeParts } from '../seal-binding.js';
import { SealingError } from '../sealing.errors.js';
import { KEK_ID, KEK_ID_RULE } from './kek-id.js';
import { KeyEncryptionKeys, type WrappedDataKey } from './key-encryption-keys.port.js';

export const KEK_BYTES = 32;
const CHECK_BYTES = 16;
const CHECK_PREFIX = 'kcv1_';
const CHECK_PURPOSE = 'keyward.kek-check-value.v1';
const WRAP_LABEL = 'keyward.wrapped-data-key';

interface KekEntry {
  readonly key: KeyObject;
  readonly check: Buffer;
}

/** One key encryption key as its source (file, environment) gives it. */
export interface RawKek {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Key encryption keys in this process's memory. A wrapped data key is the key's check value (so that
 * a wrong key is told from a tampered record), nonce, ciphertext and tag of AES-256-GCM.
 */
export class InProcessKeks extends KeyEncryptionKeys {
  readonly #entries = new Map<string, KekEntry>();
  readonly #currentId: string;

  /**
   * Copies the bytes; the caller zeroes its own. `source` names the file or variable in errors.
   * @throws SealingError INVALID_KEK.
   */
  constructor(keks: readonly RawKek[], currentId: string, source: string) {
    super();
    for (const kek of keks) this.#entries.set(kek.id, toEntry(kek, this.#entries, source));
    if (!this.#entries.has(currentId)) {
      throw new SealingError(
        'INVALID_KEK',
        `${source} names a current key encryption key that it does not hold.`,
      );
    }
    this.#currentId = currentId;
  }

  currentId(): string {
    return this.#currentId;
  }

  has(kekId: string): boolean {
    return this.#entries.has(kekId);
  }

  wrap(dataKey: Buffer, associatedData: Buffer): Promise<WrappedDataKey> {
    const kekId = this.#currentId;
    const { key, check } = this.#entry(kekId);
    const { nonce, ciphertext, tag } = gcmEncrypt(key, dataKey, wrapAssociatedData(kekId, associatedData));
    return Promise.resolve({ kekId, wrapped: Buffer.concat([check, nonce, ciphertext, tag]) });
  }

  async unwrap(kekId: string, wrapped: Buffer, associatedData: Buffer): Promise<Buffer> {
    const { key, check } = this.#entry(kekId);
    if (wrapped.length < CHECK_BYTES + NONCE_BYTES + TAG_BYTES) throw notUnwrapped(kekId);
    if (!timingSafeEqual(wrapped.subarray(0, CHECK_BYTES), check)) throw wrongKek(kekId);
    const body = wrapped.subarray(CHECK_BYTES);
    const box = {
      nonce: body.subarray(0, NONCE_BYTES),
      ciphertext: body.subarray(NONCE_BYTES, -TAG_BYTES),
      tag: body.subarray(-TAG_BYTES),
    };
    const dataKey = gcmDecrypt(key, box, wrapAssociatedData(kekId, associatedData));
    if (dataKey === undefined) throw notUnwrapped(kekId);
    return dataKey;
  }

  async checkValue(kekId: string): Promise<string> {
    return CHECK_PREFIX + this.#entry(kekId).check.toString('base64url');
  }

  #entry(kekId: string): KekEntry {
    const entry = this.#entries.get(kekId);
    if (entry === undefined) {
      throw new SealingError('UNKNOWN_KEK', `There is no key encryption key "${kekId}" here: supply it.`);
    }
    return entry;
  }
}

function toEntry({ id, bytes }: RawKek, known: ReadonlyMap<string, KekEntry>, source: string): KekEntry {
  if (!KEK_ID.test(id)) {
    throw new SealingError(
      'INVALID_KEK',
      `${source} holds a key encryption key whose id breaks the rule: it ${KEK_ID_RULE}.`,
    );
  }
  if (known.has(id))
    throw new SealingError('INVALID_KEK', `${source} holds the key encryption key "${id}" twice.`);
  if (bytes.length !== KEK_BYTES) {
    throw new SealingError(
      'INVALID_KEK',
      `${source} holds the key encryption key "${id}" with ${bytes.length} bytes: it must be ${KEK_BYTES} random bytes in base64.`,
    );
  }
  const key = createSecretKey(bytes);
  return { key, check: derive(key, CHECK_PURPOSE, CHECK_BYTES) };
}

function wrapAssociatedData(kekId: string, associatedData: Buffer): Buffer {
  return Buffer.concat([encodeParts([WRAP_LABEL, kekId]), associatedData]);
}

function wrongKek(kekId: string): SealingError {
  return new SealingError(
    'WRONG_KEK',
    `A data key was wrapped by another key encryption key than the one now called "${kekId}": supply the right one.`,
  );
}

function notUnwrapped(kekId: string): SealingError {
  return new SealingError(
    'TAMPERED',
    `A data key wrapped by "${kekId}" does not unwrap where it was found: the sealed record was altered or moved.`,
  );
}
