import { mask } from '@keyward/contracts';

const SHOWN = '[secret]';

/**
 * A key that does not show itself: JSON, template strings, `String()`, `util.inspect` and
 * `console.log` print `[secret]`; `structuredClone` yields an empty object. The key leaves by
 * {@link reveal} and {@link revealBytes} alone, so a search for `.reveal` finds who sees it.
 */
export class SecretValue {
  readonly #bytes: Buffer;

  /** @param bytes are copied. */
  constructor(bytes: Uint8Array) {
    // Not Buffer.from: that takes small copies from a pool of memory shared with unrelated buffers.
    this.#bytes = Buffer.alloc(bytes.byteLength);
    this.#bytes.set(bytes);
  }

  /** The key as text. Hand it to the vendor's client; do not keep or log it. */
  reveal(): string {
    return this.#bytes.toString('utf8');
  }

  /** A copy of the key's bytes, which the caller may zero after use. */
  revealBytes(): Buffer {
    const copy = Buffer.alloc(this.#bytes.byteLength);
    this.#bytes.copy(copy);
    return copy;
  }

  /** How Keyward shows this key, for people: eight bullets, and the last four characters of a key that has 20 or more. */
  mask(): string {
    return mask(this.reveal());
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
