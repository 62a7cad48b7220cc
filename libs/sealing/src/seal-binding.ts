import { SealingError } from './sealing.errors.js';

/** Where a sealed key belongs. It opens there and nowhere else. */
export interface SealBinding {
  readonly organizationId: string;
  /** Null for the organization's own slot. */
  readonly projectId: string | null;
  readonly integrationId: string;
  readonly keyId: string;
  readonly version: number;
}

const KEY_LABEL = 'keyward.sealed-key';
const FINGERPRINT_KEY_LABEL = 'keyward.sealed-fingerprint-key';
const FORMAT = 1;
const MAX_VERSION = 0xffff_ffff;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The associated data of a sealed key. Every part carries its length, and an absent project is a
 * marker and not an empty name, so that no two bindings give the same bytes (joining by a separator
 * would: `a:b` + `c` is `a` + `b:c`).
 * @throws SealingError INVALID_BINDING for a version outside 1..2^32-1 or text that UTF-8 cannot hold.
 */
export function keyAssociatedData(binding: SealBinding): Buffer {
  const { organizationId, projectId, integrationId, keyId, version } = binding;
  if (!Number.isInteger(version) || version < 1 || version > MAX_VERSION) {
    throw new SealingError('INVALID_BINDING', 'A key version must be a whole number from 1 to 4294967295.');
  }
  return encodeParts([KEY_LABEL, FORMAT, organizationId, projectId, integrationId, keyId, version]);
}

export function fingerprintKeyAssociatedData(organizationId: string): Buffer {
  return encodeParts([FINGERPRINT_KEY_LABEL, FORMAT, organizationId]);
}

const KIND_ABSENT = 0;
const KIND_TEXT = 1;
const KIND_NUMBER = 2;
/** One byte of kind and four of length or value. */
const PART_HEAD_BYTES = 5;

/**
 * Kind, length and bytes of each part. Injective for lists of any parts.
 * Written into one buffer: this runs for every key handed to a worker.
 */
export function encodeParts(parts: readonly (string | number | null)[]): Buffer {
  const encoded = Buffer.allocUnsafe(encodedLength(parts));
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      const written = encoded.write(part, at + PART_HEAD_BYTES, 'utf8');
      at = writeHead(encoded, at, KIND_TEXT, written) + written;
    } else {
      at = writeHead(encoded, at, part === null ? KIND_ABSENT : KIND_NUMBER, part ?? 0);
    }
  }
  return encoded;
}

function writeHead(target: Buffer, at: number, kind: number, value: number): number {
  target.writeUInt8(kind, at);
  return target.writeUInt32BE(value, at + 1);
}

function encodedLength(parts: readonly (string | number | null)[]): number {
  let length = parts.length * PART_HEAD_BYTES;
  for (const part of parts) {
    if (typeof part !== 'string') continue;
    if (LONE_SURROGATE.test(part)) {
      throw new SealingError(
        'INVALID_BINDING',
        'An id in the binding of a sealed key is not valid Unicode text.',
      );
    }
    length += Buffer.byteLength(part, 'utf8');
  }
  return length;
}
