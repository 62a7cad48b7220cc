import type { EncodedAppend } from '../append-rules.js';
import type { EventStoreErrorCode } from '../event-store.errors.js';

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly file: string;
  /** Upper bound of the file in pages of 4 KiB. For tests of a full disk. */
  readonly maxPages?: number;
}

/** What the store asks of its writer thread; `id` pairs the outcome with it. */
export type WriteRequest =
  | { readonly id: number; readonly kind: 'append'; readonly appends: readonly EncodedAppend[] }
  | { readonly id: number; readonly kind: 'delete'; readonly stream: string }
  | { readonly id: number; readonly kind: 'setMaxCount'; readonly stream: string; readonly maxCount: number }
  | { readonly id: number; readonly kind: 'probe' };

/** Where the last event of an append came to lie. */
export interface WrittenAppend {
  readonly revision: number;
  readonly position: number;
}

/** An EventStoreError in a form that survives the way between threads. */
export interface WireError {
  readonly code: EventStoreErrorCode;
  readonly message: string;
  /** Only with WRONG_EXPECTED_REVISION. */
  readonly mismatch?: {
    readonly stream: string;
    readonly expected: bigint | string;
    readonly actual: bigint | 'no_stream';
  };
}

export type WriteOutcome =
  | { readonly id: number; readonly written: readonly WrittenAppend[] }
  | { readonly id: number; readonly error: WireError };

export type ToWriter =
  { readonly kind: 'requests'; readonly requests: readonly WriteRequest[] } | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'ready'; readonly storeId: string }
  | { readonly kind: 'refused'; readonly error: WireError }
  /** Sent only after the transaction's COMMIT returned. `head` is the last durable position. */
  | {
      readonly kind: 'settled';
      readonly commits: number;
      readonly head: number;
      readonly outcomes: readonly WriteOutcome[];
    };
