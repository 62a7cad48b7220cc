import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GcmBox } from './aes-gcm.js';
import type { SealBinding } from './seal-binding.js';
import type { SealedKey } from './sealed-key.js';

/** A record that was opened once: what it takes to open it again. */
export interface OpenedRecord {
  readonly sealed: SealedKey;
  readonly binding: SealBinding;
  readonly dataKey: KeyObject;
  readonly box: GcmBox;
  readonly associatedData: Buffer;
}

export interface DataKeyCacheOptions {
  /** How many data keys at most. */
  readonly size: number;
  /** Milliseconds after which a data key is dropped from memory, used or not. */
  readonly ttlMs: number;
  /** Monotonic milliseconds; for tests. */
  readonly clock?: { now(): number };
}

/**
 * Unwrapped data keys, briefly. An entry is found by key id and given only for the very record and
 * binding that were opened: whatever differs takes the long way, where everything is checked.
 */
export class DataKeyCache {
  readonly #records: LRUCache<string, OpenedRecord>;
  readonly #ttlMs: number;
  #sweep: NodeJS.Timeout | undefined;

  constructor({ size, ttlMs, clock }: DataKeyCacheOptions) {
    this.#ttlMs = ttlMs;
    // ttlResolution 0: the clock is asked on each read, as an entry must not outlive its time.
    this.#records = new LRUCache({
      max: size,
      ttl: ttlMs,
      ttlResolution: 0,
      ...(clock ? { perf: clock } : {}),
    });
  }

  get(sealed: SealedKey, binding: SealBinding): OpenedRecord | undefined {
    const opened = this.#records.get(binding.keyId);
    if (opened === undefined) return undefined;
    return isSameRecord(opened.sealed, sealed) && isSameBinding(opened.binding, binding) ? opened : undefined;
  }

  set(opened: OpenedRecord): void {
    this.#records.set(opened.binding.keyId, opened);
    this.#sweep ??= setInterval(() => this.#purge(), this.#ttlMs).unref();
  }

  delete(keyId: string): void {
    this.#records.delete(keyId);
  }

  clear(): void {
    this.#records.clear();
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Drops what nobody asks for any more: without it an idle process would keep expired data keys. */
  #purge(): void {
    this.#records.purgeStale();
    if (this.#records.size === 0) this.clear();
  }
}

const RECORD_FIELDS = [
  'format',
  'kekId',
  'wrappedDataKey',
  'commitment',
  'nonce',
  'ciphertext',
  'tag',
] as const;
const BINDING_FIELDS = ['organizationId', 'projectId', 'integrationId', 'keyId', 'version'] as const;

function isSameRecord(left: SealedKey, right: SealedKey): boolean {
  return left === right || RECORD_FIELDS.every((field) => left[field] === right[field]);
}

function isSameBinding(left: SealBinding, right: SealBinding): boolean {
  return left === right || BINDING_FIELDS.every((field) => left[field] === right[field]);
}
