import type { SecretValue } from '../secret-value.js';

export interface LeasedKeyFacts {
  readonly secret: SecretValue;
  readonly source: 'organization' | 'project';
  readonly version: number;
  readonly keyId: string;
  readonly fingerprint: string;
  /** Unix milliseconds. */
  readonly setAtMs: number;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

/** An effective key, lent until its lease ends. Shows everything but the key when it is printed. */
export class LeasedKey {
  /** The key itself; `key.secret.reveal()` gives it out. */
  readonly secret: SecretValue;
  /** Whether it is the organization's key or the project's own. */
  readonly source: 'organization' | 'project';
  /** Counts value changes in the slot that the key comes from. */
  readonly version: number;
  /** Names this version of this slot's key for ever; safe to log. */
  readonly keyId: string;
  /** Equal for equal keys of one organization; safe to log. */
  readonly fingerprint: string;
  readonly #setAtMs: number;
  readonly #expiresAtMs: number;

  constructor(facts: LeasedKeyFacts) {
    this.secret = facts.secret;
    this.source = facts.source;
    this.version = facts.version;
    this.keyId = facts.keyId;
    this.fingerprint = facts.fingerprint;
    this.#setAtMs = facts.setAtMs;
    this.#expiresAtMs = facts.expiresAtMs;
    Object.freeze(this);
  }

  /** When this version was set. */
  get setAt(): Date {
    return new Date(this.#setAtMs);
  }

  /** When to stop using this answer and look up again. Use does not extend it. */
  get expiresAt(): Date {
    return new Date(this.#expiresAtMs);
  }

  toJSON(): object {
    return { ...this, setAt: this.setAt, expiresAt: this.expiresAt };
  }
}
