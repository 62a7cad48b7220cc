import { createHash, timingSafeEqual } from 'node:crypto';
import { SealingError } from './sealing.errors.js';

const SHOWN = '[secret]';
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Key bytes that do not show themselves: JSON, template strings, `String()`, `util.inspect`,
 * `console.log` and pino print `[secret]`; `structuredClone` yields an empty object. The bytes leave
 * by {@link reveal} alone, so a search for `.reveal(` finds every place that sees a key.
 */
export class Secret {
  #bytes: Buffer | undefined;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * The UTF-8 bytes of a text as a person typed it; nothing is trimmed.
   * @throws SealingError INVALID_SECRET when the text has half a surrogate pair, which UTF-8 cannot hold.
   */
  static fromUtf8(text: string): Secret {
    if (LONE_SURROGATE.test(text)) {
      throw new SealingError(
        'INVALID_SECRET',
        'The key is not valid Unicode text: send it exactly as the vendor shows it.',
      );
    }
    // Not Buffer.from(text): that takes small texts from a pool of memory shared with unrelated buffers.
    const bytes = Buffer.alloc(Buffer.byteLength(text, 'utf8'));
    bytes.write(text, 'utf8');
    return new Secret(bytes);
  }

  /** A copy of the bytes; the caller keeps, and should zero, its own. */
  static fromBytes(bytes: Uint8Array): Secret {
    const copy = Buffer.alloc(bytes.byteLength);
    copy.set(bytes);
    return new Secret(copy);
  }

  /** Takes the buffer over without a copy: the caller must not use it afterwards. */
  static takeBytes(bytes: Buffer): Secret {
    return new Secret(bytes);
  }

  /**
   * The bytes themselves, not a copy: do not change them, and do not hold them past {@link destroy},
   * which zeroes them.
   * @throws Error after destroy(), so that zeroes are never taken for a key.
   */
  reveal(): Buffer {
    if (this.#bytes === undefined)
      throw new Error('The secret was destroyed and cannot be revealed any more.');
    return this.#bytes;
  }

  get byteLength(): number {
    return this.#bytes?.byteLength ?? 0;
  }

  /** Takes the same time wherever the two differ, and whatever their lengths. */
  equals(other: Secret): boolean {
    return timingSafeEqual(digest(this.reveal()), digest(other.reveal()));
  }

  /** Zeroes the bytes. Copies that the runtime made on its own (of strings above all) are out of reach. */
  destroy(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
