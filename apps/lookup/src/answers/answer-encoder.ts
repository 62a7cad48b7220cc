import type { LookupResponse } from '@keyward/contracts';
import type { KeyMessage, KnownKey } from './known-key.js';

/**
 * A key in an answer. `parts` is what it says besides the bytes: the same object from answer to
 * answer, so that it has to be encoded once and not a hundred times per batch.
 */
export interface AnswerKey extends KeyMessage {
  readonly parts: KnownKey['message'];
}

type Serialize = (message: object) => Buffer;

/** Tags of the proto's fields: number and wire type 2 (length-delimited). The spec holds them against the proto. */
const SECRET = (1 << 3) | 2;
const KEY = (1 << 3) | 2;
const POSITION = (3 << 3) | 2;
const ANSWERS = (1 << 3) | 2;

/** Encodes answers like the proto's own serializer, for a fifth of its time: half of a lookup would go into it. */
export class AnswerEncoder {
  readonly #parts = new WeakMap<KnownKey['message'], Buffer>();

  /** @param serialize the proto's own serializer of a LookupResponse, for what is not encoded here */
  constructor(private readonly serialize: Serialize) {}

  one(response: LookupResponse): Buffer {
    const { key, position = '' } = response;
    if (!isAnswerKey(key)) return this.serialize(response);
    const secret = key.secret as Buffer;
    const parts = this.#encodedParts(key.parts);
    const keyLength = fieldLength(secret.length) + parts.length;
    const positionLength = Buffer.byteLength(position);
    const out = Buffer.allocUnsafe(fieldLength(keyLength) + fieldLength(positionLength));
    let at = writeHead(out, 0, KEY, keyLength);
    at = writeHead(out, at, SECRET, secret.length);
    at += secret.copy(out, at);
    at += parts.copy(out, at);
    at = writeHead(out, at, POSITION, positionLength);
    out.write(position, at);
    return out;
  }

  batch(responses: readonly LookupResponse[]): Buffer {
    const encoded = responses.map((response) => this.one(response));
    const out = Buffer.allocUnsafe(encoded.reduce((length, one) => length + fieldLength(one.length), 0));
    let at = 0;
    for (const one of encoded) {
      at = writeHead(out, at, ANSWERS, one.length);
      at += one.copy(out, at);
      one.fill(0);
    }
    return out;
  }

  #encodedParts(parts: KnownKey['message']): Buffer {
    const known = this.#parts.get(parts);
    if (known !== undefined) return known;
    // A response with nothing but the key is its tag, its length (whose last byte is below 128), and then the parts.
    const response = this.serialize({ key: parts });
    const encoded = response.subarray(response.findIndex((byte, index) => index > 0 && byte < 0x80) + 1);
    this.#parts.set(parts, encoded);
    return encoded;
  }
}

function isAnswerKey(key: LookupResponse['key']): key is AnswerKey {
  return typeof key === 'object' && key !== null && 'parts' in key;
}

/** Bytes of a length-delimited field with so many bytes in it. */
function fieldLength(length: number): number {
  return 1 + lengthOfVarint(length) + length;
}

function lengthOfVarint(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes += 1;
  return bytes;
}

function writeHead(out: Buffer, start: number, tag: number, length: number): number {
  let at = out.writeUInt8(tag, start);
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) at = out.writeUInt8((rest & 0x7f) | 0x80, at);
  return out.writeUInt8(rest, at);
}
