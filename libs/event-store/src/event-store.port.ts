import type { LogPosition } from '@keyward/contracts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [field: string]: JsonValue | undefined;
}

/** An event as its writer gives it. `id` is a UUID; appending the same id again is a retry, not a second event. */
export interface EventToAppend {
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}

/** An event as the log holds it. */
export interface RecordedEvent extends EventToAppend {
  readonly stream: string;
  /** Place in its stream: 0, 1, 2 ... */
  readonly revision: bigint;
  /** Place in the whole log; later events have greater positions, with gaps. */
  readonly position: LogPosition;
  /** When the log recorded it, by the log's clock. For people: order comes from positions only. */
  readonly recordedAt: Date;
}

/** What the writer believes about the stream; a wrong belief refuses the append. */
export type ExpectedRevision = bigint | 'no_stream' | 'stream_exists' | 'any';

export interface StreamAppend {
  readonly stream: string;
  readonly expectedRevision: ExpectedRevision;
  /** One or more events, written all or not at all, in this order. */
  readonly events: readonly EventToAppend[];
}

export interface AppendResult {
  /** Revision of the last of the events appended: what the next append expects. */
  readonly revision: bigint;
  /** Position of the last of the events appended. */
  readonly position: LogPosition;
}

export interface ReadStreamOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** Inclusive. Default: the start when reading forwards, the end when reading backwards. */
  readonly fromRevision?: bigint | 'start' | 'end';
  readonly maxCount?: number;
}

/** Which events of the whole log are wanted. Both conditions must hold; an absent one holds always. */
export interface EventFilter {
  readonly streamPrefixes?: readonly string[];
  readonly eventTypes?: readonly string[];
}

export interface ReadAllOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** Inclusive. Default: the start when reading forwards, the end when reading backwards. */
  readonly from?: LogPosition | 'start' | 'end';
  readonly maxCount?: number;
  readonly filter?: EventFilter;
}

export interface SubscribeOptions {
  /** EXCLUSIVE: the last position already handled, or 'start' for everything. */
  readonly after: LogPosition | 'start';
  readonly filter?: EventFilter;
  /** Ends the subscription: the iterator then returns, and what it holds is released. */
  readonly signal: AbortSignal;
}

/**
 * What a subscription yields. Batches are never empty, in log order, each event once.
 * `caught_up` comes whenever everything recorded up to `position` has been yielded (or filtered
 * out), so it is safe to store `position` as a checkpoint once the batches before it are applied. The
 * first comes when everything that was there when the subscription began has been yielded, not before.
 */
export type SubscriptionMessage =
  | { readonly kind: 'events'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'caught_up'; readonly position: LogPosition };

/**
 * The event log. One contract suite (libs/event-store/src/testing) holds for every adapter.
 *
 * Errors are {@link EventStoreError}s. WRONG_EXPECTED_REVISION and STREAM_DELETED and
 * EVENT_TOO_LARGE mean "nothing was written". UNKNOWN_OUTCOME means exactly that: retry with the
 * SAME event ids and expected revision until one of the others or a result comes. UNAVAILABLE
 * means that nothing was sent. Reads of a stream that never was, or was deleted, yield nothing.
 */
export abstract class EventStore {
  /** Names this log for ever; goes into every position token. */
  abstract readonly storeId: string;

  /**
   * Appends durably: when it resolves, the events survive the death of every Keyward process.
   * Idempotent by event id: if the stream already holds exactly these ids, in this order, right
   * after `expectedRevision` (or anywhere, when 'any'), the first result is given again.
   */
  abstract append(append: StreamAppend): Promise<AppendResult>;

  abstract readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  abstract readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * Everything after a position, then what comes, without a gap or a repeat. Pull-based: a slow
   * consumer costs the store no memory and slows nobody. Throws when the log is out of reach; the
   * caller resumes from the last position it applied.
   */
  abstract subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage>;

  /** Position of the last event acknowledged, or {@link START_OF_LOG} when the log is empty. */
  abstract head(): Promise<LogPosition>;

  /**
   * Deletes a stream for good (its bytes too, as far as the store can). Deleting a missing stream is no error.
   * Reads of the stream give nothing from now on; reads of the whole log and subscriptions may give what is removed
   * until the log has cleaned up (EventStoreDB: until its scavenge). The same holds for {@link setMaxCount}.
   */
  abstract deleteStream(stream: string): Promise<void>;

  /** Keeps only the last `maxCount` events of a stream, from now on ($maxCount). */
  abstract setMaxCount(stream: string, maxCount: number): Promise<void>;

  /** Whether the log can be written and read now; `detail` names what is wrong, never a secret. */
  abstract health(): Promise<{ readonly ok: boolean; readonly detail?: string }>;

  /** Waits for appends under way, then releases everything. */
  abstract close(): Promise<void>;
}

/**
 * An optional ability: several streams in one durable step. Found with {@link canAppendAtomically};
 * without it callers append in order, so the order must be safe to be cut off anywhere.
 */
export interface AtomicAppender {
  /** All appends or none; results in the same order. Idempotent like {@link EventStore.append}. */
  appendAll(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]>;
}

export function canAppendAtomically(store: EventStore): store is EventStore & AtomicAppender {
  return typeof (store as Partial<AtomicAppender>).appendAll === 'function';
}

/**
 * An optional ability of a log that only this process can write to: it says at once how far a stream
 * has come. Found with {@link canTellRevisions}; without it whoever keeps a fold must read on each time.
 */
export interface RevisionTeller {
  /** Revision of the last event of everything acknowledged; 'no_stream' when the stream holds none. */
  lastRevision(stream: string): bigint | 'no_stream';
}

export function canTellRevisions(store: EventStore): store is EventStore & RevisionTeller {
  return typeof (store as Partial<RevisionTeller>).lastRevision === 'function';
}

/** Largest event, as JSON of data and metadata, in bytes (EventStoreDB's default limit is 1 MiB). */
export const MAX_EVENT_BYTES = 1024 * 1024;
