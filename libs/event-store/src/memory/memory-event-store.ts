import { randomUUID } from 'node:crypto';
import type { LogPosition } from '@keyward/contracts';
import { checkMaxCount, checkStreamName, encodeAppend, type EncodedAppend } from '../append-rules.js';
import { CommitSignal } from '../embedded/commit-signal.js';
import { followLog, toPosition, type LogScan } from '../embedded/follow-log.js';
import { EventStoreError, WrongExpectedRevisionError } from '../event-store.errors.js';
import {
  EventStore,
  type AppendResult,
  type AtomicAppender,
  type EventFilter,
  type JsonObject,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type RevisionTeller,
  type StreamAppend,
  type SubscribeOptions,
  type SubscriptionMessage,
} from '../event-store.port.js';

const MAX_SCAN_EVENTS = 500;

interface MemoryStream {
  /** Last revision ever given, or -1. */
  head: number;
  /** What is kept, in order of revision. */
  events: RecordedEvent[];
  maxCount: number;
  deleted: boolean;
}

/** The event log of tests: keeps every rule of the port except that it survives nothing. */
export class MemoryEventStore extends EventStore implements AtomicAppender, RevisionTeller {
  readonly storeId = randomUUID().replaceAll('-', '');
  private readonly commits = new CommitSignal(0);
  private readonly streams = new Map<string, MemoryStream>();
  /** Event at position n lies at index n - 1; a removed one leaves a hole. */
  private readonly log: (RecordedEvent | undefined)[] = [];

  async append(append: StreamAppend): Promise<AppendResult> {
    const [result] = await this.appendAll([append]);
    return result!;
  }

  async appendAll(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]> {
    this.commits.throwIfClosed();
    const encoded = appends.map(encodeAppend);
    const undo: (() => void)[] = [];
    try {
      const results = encoded.map((append) => this.appendOne(append, undo));
      for (const { stream } of encoded) this.trim(this.stream(stream));
      this.commits.announce(this.log.length);
      return results;
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
  }

  lastRevision(name: string): bigint | 'no_stream' {
    this.commits.throwIfClosed();
    return this.streams.get(name)?.events.at(-1)?.revision ?? 'no_stream';
  }

  async *readStream(
    name: string,
    options: ReadStreamOptions = {},
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    this.commits.throwIfClosed();
    const events = this.streams.get(name)?.events ?? [];
    const from = options.fromRevision;
    const placed =
      typeof from === 'bigint' ? { from, place: (event: RecordedEvent) => event.revision } : from;
    yield* select(events, options, placed);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    this.commits.throwIfClosed();
    const events = this.log.filter((event) => event !== undefined && matches(options.filter, event));
    const { from } = options;
    const place = (event: RecordedEvent) => event.position.commit;
    yield* select(
      events as RecordedEvent[],
      options,
      typeof from === 'object' ? { from: from.commit, place } : from,
    );
  }

  subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage> {
    return followLog({ commits: this.commits, scan: (after, filter) => this.scan(after, filter) }, options);
  }

  async head(): Promise<LogPosition> {
    this.commits.throwIfClosed();
    return toPosition(this.log.length);
  }

  async deleteStream(name: string): Promise<void> {
    this.commits.throwIfClosed();
    checkStreamName(name);
    const stream = this.streams.get(name);
    if (!stream) return;
    if (stream.head < 0 && !stream.deleted) {
      this.streams.delete(name);
      return;
    }
    this.forget(stream.events.splice(0));
    stream.deleted = true;
  }

  async setMaxCount(name: string, maxCount: number): Promise<void> {
    this.commits.throwIfClosed();
    checkStreamName(name);
    checkMaxCount(maxCount);
    const stream = this.stream(name);
    if (stream.deleted) throw deletedError(name);
    stream.maxCount = maxCount;
    this.trim(stream);
  }

  async health(): Promise<{ readonly ok: boolean; readonly detail?: string }> {
    try {
      this.commits.throwIfClosed();
      return { ok: true };
    } catch (error) {
      return { ok: false, detail: (error as Error).message };
    }
  }

  async close(): Promise<void> {
    this.commits.close();
  }

  private appendOne(append: EncodedAppend, undo: (() => void)[]): AppendResult {
    const { stream: name, expectedRevision: expected } = append;
    const stream = this.stream(name);
    if (stream.deleted) throw deletedError(name);
    const earlier = findRetried(append, stream);
    if (earlier) return { revision: earlier.revision, position: earlier.position };
    if (!isExpected(expected, stream.head)) throw mismatch(append, stream);
    const before = stream.head;
    for (const event of append.events) {
      stream.head += 1;
      const recorded = record(name, event, { revision: stream.head, position: this.log.length + 1 });
      stream.events.push(recorded);
      this.log.push(recorded);
    }
    undo.push(() => {
      stream.head = before;
      stream.events.length -= append.events.length;
      this.log.length -= append.events.length;
    });
    return { revision: BigInt(stream.head), position: toPosition(this.log.length) };
  }

  private scan(after: number, filter: EventFilter | undefined): LogScan {
    const through = Math.max(after, Math.min(after + MAX_SCAN_EVENTS, this.log.length));
    const events = this.log.slice(after, through).filter((event) => event !== undefined);
    return { events: events.filter((event) => matches(filter, event)), through, head: this.log.length };
  }

  private stream(name: string): MemoryStream {
    let stream = this.streams.get(name);
    if (!stream) {
      stream = { head: -1, events: [], maxCount: Infinity, deleted: false };
      this.streams.set(name, stream);
    }
    return stream;
  }

  private trim(stream: MemoryStream): void {
    const surplus = stream.events.length - stream.maxCount;
    if (surplus > 0) this.forget(stream.events.splice(0, surplus));
  }

  private forget(events: readonly RecordedEvent[]): void {
    for (const { position } of events) this.log[Number(position.commit) - 1] = undefined;
  }
}

function record(
  stream: string,
  event: EncodedAppend['events'][number],
  place: { readonly revision: number; readonly position: number },
): RecordedEvent {
  return {
    id: event.id,
    type: event.type,
    // Through JSON and back, so that the caller's later changes to its object do not reach the log.
    data: JSON.parse(event.data) as JsonObject,
    metadata: JSON.parse(event.metadata) as JsonObject,
    stream,
    revision: BigInt(place.revision),
    position: toPosition(place.position),
    recordedAt: new Date(),
  };
}

function findRetried(append: EncodedAppend, stream: MemoryStream): RecordedEvent | undefined {
  const { expectedRevision: expected, events } = append;
  const byId = expected === 'any' || expected === 'stream_exists';
  const from = expected === 'no_stream' ? 0n : typeof expected === 'bigint' ? expected + 1n : undefined;
  const start = stream.events.findIndex((event) =>
    byId ? event.id === events[0]!.id : event.revision === from,
  );
  if (start < 0) return undefined;
  const found = stream.events.slice(start, start + events.length);
  if (found.length === events.length && found.every(({ id }, index) => id === events[index]!.id)) {
    return found.at(-1);
  }
  if (byId) throw mismatch(append, stream);
  return undefined;
}

function isExpected(expected: EncodedAppend['expectedRevision'], head: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return head < 0;
  if (expected === 'stream_exists') return head >= 0;
  return expected === BigInt(head);
}

function matches(filter: EventFilter | undefined, event: RecordedEvent): boolean {
  const { streamPrefixes, eventTypes } = filter ?? {};
  if (streamPrefixes && !streamPrefixes.some((prefix) => event.stream.startsWith(prefix))) return false;
  return !eventTypes || eventTypes.includes(event.type);
}

type Placed = { readonly from: bigint; readonly place: (event: RecordedEvent) => bigint };

function select(
  events: readonly RecordedEvent[],
  options: { readonly direction?: 'forwards' | 'backwards'; readonly maxCount?: number },
  from: Placed | 'start' | 'end' | undefined,
): readonly RecordedEvent[] {
  const forwards = options.direction !== 'backwards';
  if (from === (forwards ? 'end' : 'start')) return [];
  let chosen = [...events];
  if (typeof from === 'object') {
    chosen = chosen.filter((event) =>
      forwards ? from.place(event) >= from.from : from.place(event) <= from.from,
    );
  }
  if (!forwards) chosen.reverse();
  return chosen.slice(0, options.maxCount);
}

function mismatch(
  { stream: name, expectedRevision }: EncodedAppend,
  { head }: MemoryStream,
): EventStoreError {
  return new WrongExpectedRevisionError(name, expectedRevision, head < 0 ? 'no_stream' : BigInt(head));
}

function deletedError(name: string): EventStoreError {
  return new EventStoreError('STREAM_DELETED', `stream ${name} was deleted and cannot be written again`);
}
