import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES };

export interface GcmBox {
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** Nonces are no secret, and taking random bytes costs as much for many as for one. */
const NONCES_AT_ONCE = 256;
let nonces = Buffer.alloc(0);

function nextNonce(): Buffer {
  if (nonces.length === 0) nonces = randomBytes(NONCES_AT_ONCE * NONCE_BYTES);
  const nonce = nonces.subarray(0, NONCE_BYTES);
  nonces = nonces.subarray(NONCE_BYTES);
  return nonce;
}

/** Encrypts under a nonce of its own making: none can be passed in, so none can be passed in twice. */
export function gcmEncrypt(key: KeyObject, plaintext: Uint8Array, associatedData: Buffer): GcmBox {
  const nonce = nextNonce();
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS);
  cipher.setAAD(associatedData);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { nonce, ciphertext, tag: cipher.getAuthTag() };
}

/**
 * The plaintext, or undefined when key, associated data or any bit of the box is not the one it was
 * made with. `authTagLength` matters: without it node accepts a tag cut to 4 bytes. So does the
 * order: `update` gives plaintext out before `final` has checked the tag.
 */
export function gcmDecrypt(key: KeyObject, box: GcmBox, associatedData: Buffer): Buffer | undefined {
  if (box.nonce.length !== NONCE_BYTES || box.tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, box.nonce, OPTIONS);
  decipher.setAAD(associatedData);
  decipher.setAuthTag(box.tag);
  const plaintext = decipher.update(box.ciphertext);
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}
