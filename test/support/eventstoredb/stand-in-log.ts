import {
  isEventStoreError,
  MemoryEventStore,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type RecordedEvent,
} from '@keyward/event-store';
import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import { fromPosition, fromStored, stored, TOMBSTONE, toPosition } from './stored-names.js';

const METADATA = '$metadata';

export type AppendOutcome =
  /** Without a position when it is a retry of what the stream has dropped since. */
  | { readonly kind: 'written'; readonly revision: bigint; readonly position: LogPosition | undefined }
  | { readonly kind: 'wrong_revision'; readonly actual: bigint | 'no_stream' }
  | { readonly kind: 'deleted' };

export interface LogAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventToAppend[];
}

/** From where a read goes, inclusive. */
export interface ReadFrom<Place> {
  readonly direction: 'forwards' | 'backwards';
  readonly from: Place | 'start' | 'end';
}

interface StreamState {
  /** Last revision given, or -1. */
  head: bigint;
  deleted: boolean;
  maxCount: bigint | undefined;
  /** Revisions below are not shown any more. */
  truncateBefore: bigint;
  /** Revisions below are gone. */
  scavengedTo: bigint;
}

/**
 * What an EventStoreDB keeps, on top of one of Keyward's own logs: with SQLite below it survives kill -9, with
 * memory below it can be handed from one server to the next. As in EventStoreDB everything is an event, also
 * metadata and tombstones; what a stream has dropped stays in $all until a scavenge.
 */
export class StandInLog {
  /** As if the server had forgotten the ids of earlier events: appends with 'any' are then no retries. */
  forgetsIds = false;
  /** An append of several events is answered with the position of its first. */
  tellsFirstPosition = false;
  private readonly states = new Map<string, StreamState>();
  private readonly turns = new Map<string, Promise<unknown>>();

  private constructor(private readonly storage: EventStore) {}

  static async open(storage: EventStore = new MemoryEventStore()): Promise<StandInLog> {
    const log = new StandInLog(storage);
    for await (const event of storage.readAll()) log.observe(fromStored(event));
    return log;
  }

  close(): Promise<void> {
    return this.storage.close();
  }

  append(append: LogAppend): Promise<AppendOutcome> {
    return this.inTurn(append.stream, () => this.appendInTurn(append));
  }

  /** Deletes for good. */
  tombstone(stream: string, expected: ExpectedRevision, id: string): Promise<AppendOutcome> {
    const events = [{ id, type: TOMBSTONE, data: {}, metadata: {} }];
    return this.append({ stream, expected, events });
  }

  /** Hides what the stream holds; it can be written again. */
  async softDelete(stream: string, id: string): Promise<AppendOutcome> {
    const data = { $tb: Number(this.state(stream).head) + 1 };
    return this.append({
      stream: `$$${stream}`,
      expected: 'any',
      events: [{ id, type: METADATA, data, metadata: {} }],
    });
  }

  stateOf(stream: string): 'missing' | 'deleted' | 'there' {
    const { head, deleted } = this.state(stream);
    if (deleted) return 'deleted';
    return head < 0n || this.firstKept(stream) > head ? 'missing' : 'there';
  }

  async *readStream(stream: string, { direction, from }: ReadFrom<bigint>): AsyncGenerator<RecordedEvent> {
    const first = this.firstKept(stream);
    const forwards = direction === 'forwards';
    const start = forwards && (from === 'start' || (typeof from === 'bigint' && from < first)) ? first : from;
    const options = { direction, fromRevision: start };
    for await (const event of this.storage.readStream(stored(stream), options)) {
      if (event.revision < first) return;
      yield fromStored(event);
    }
  }

  /**
   * Forwards with the event at the position, backwards without it, as EventStoreDB does it; forwards also what is
   * written while it reads.
   * @throws RangeError for a position at which no event begins.
   */
  async *readAll({ direction, from }: ReadFrom<LogPosition>): AsyncGenerator<RecordedEvent> {
    const place = typeof from === 'object' ? fromPosition(from) : from;
    const leftOut = direction === 'backwards' && typeof place === 'object' ? place.commit : undefined;
    let last = leftOut;
    for await (const event of this.storage.readAll({ direction, from: place })) {
      if (event.position.commit === leftOut) continue;
      last = event.position.commit;
      yield fromStored(event);
    }
    if (direction === 'forwards' && last !== undefined) yield* this.readWhatCame(last);
  }

  private async *readWhatCame(after: bigint): AsyncGenerator<RecordedEvent> {
    let last = after;
    for (;;) {
      const from = last;
      for await (const event of this.storage.readAll({ from: { commit: from, prepare: from } })) {
        if (event.position.commit === from) continue;
        last = event.position.commit;
        yield fromStored(event);
      }
      if (last === from) return;
    }
  }

  /** Everything after a position, then what comes. `caught_up` once there is nothing more for now. */
  async *follow(
    after: LogPosition | 'start',
    signal: AbortSignal,
  ): AsyncGenerator<RecordedEvent | 'caught_up'> {
    const start = typeof after === 'object' ? fromPosition(after) : after;
    for await (const message of this.storage.subscribeToAll({ after: start, signal })) {
      if (message.kind === 'caught_up') yield 'caught_up';
      else for (const event of message.events) yield fromStored(event);
    }
  }

  /** Where `$all` ends now. */
  async head(): Promise<LogPosition> {
    const { commit } = await this.storage.head();
    return commit === 0n ? START_OF_LOG : toPosition(commit);
  }

  /** Drops what streams do not show any more from $all too; a deleted stream leaves its tombstone. */
  async scavenge(): Promise<void> {
    for (const [stream, state] of this.states) {
      const first = state.deleted ? state.head + 1n : this.firstKept(stream);
      if (first <= state.scavengedTo) continue;
      // Of what is stored the tombstone is the last, and a stream keeps its last event even if it does not show it.
      const kept = state.deleted ? 1 : Math.max(1, Number(state.head - first) + 1);
      await this.storage.setMaxCount(stored(stream), kept);
      // The rule was for now only.
      await this.storage.setMaxCount(stored(stream), Number.MAX_SAFE_INTEGER);
      state.scavengedTo = first;
    }
  }

  private async appendInTurn({ stream, expected, events }: LogAppend): Promise<AppendOutcome> {
    if (this.state(subjectOf(stream)).deleted) return { kind: 'deleted' };
    try {
      const { revision, position } = await this.storage.append({
        stream: stored(stream),
        expectedRevision: this.expectationFor(stream, expected),
        events: events.map((event) => ({ ...event, type: stored(event.type) })),
      });
      for (const event of events) this.observe({ ...event, stream, revision });
      const isKept = revision >= this.firstKept(stream);
      const told = this.tellsFirstPosition
        ? await this.positionAt(stream, revision, events.length)
        : position;
      return { kind: 'written', revision, position: isKept ? toPosition(told.commit) : undefined };
    } catch (error) {
      if (!isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) throw error;
      return { kind: 'wrong_revision', actual: error.actual };
    }
  }

  /** Of the first of so many events that end at the revision, as it is stored. */
  private async positionAt(stream: string, last: bigint, count: number): Promise<LogPosition> {
    const fromRevision = last - BigInt(count - 1);
    for await (const { position } of this.storage.readStream(stored(stream), { fromRevision }))
      return position;
    throw new RangeError(`${stream} has no event ${fromRevision}`);
  }

  private expectationFor(stream: string, expected: ExpectedRevision): ExpectedRevision {
    const { head } = this.state(stream);
    if (head < 0n) return expected;
    const writesAgain = expected === 'no_stream' && this.firstKept(stream) > head;
    const takesAny = expected === 'any' && this.forgetsIds;
    return writesAgain || takesAny ? head : expected;
  }

  private observe(
    event: Pick<RecordedEvent, 'stream' | 'type' | 'data'> & { readonly revision: bigint },
  ): void {
    const state = this.state(event.stream);
    if (event.type === TOMBSTONE) state.deleted = true;
    else state.head = event.revision > state.head ? event.revision : state.head;
    if (event.type === METADATA && event.stream.startsWith('$$')) this.observeMetadata(event);
  }

  private observeMetadata({ stream, data }: Pick<RecordedEvent, 'stream' | 'data'>): void {
    const state = this.state(subjectOf(stream));
    const { $maxCount: maxCount, $tb: truncateBefore } = data;
    state.maxCount = typeof maxCount === 'number' ? BigInt(maxCount) : undefined;
    state.truncateBefore = typeof truncateBefore === 'number' ? BigInt(truncateBefore) : 0n;
  }

  private firstKept(stream: string): bigint {
    const { head, maxCount, truncateBefore } = this.state(stream);
    const counted = maxCount === undefined ? 0n : head - maxCount + 1n;
    return counted > truncateBefore ? counted : truncateBefore;
  }

  private state(stream: string): StreamState {
    let state = this.states.get(stream);
    if (!state) {
      state = { head: -1n, deleted: false, maxCount: undefined, truncateBefore: 0n, scavengedTo: 0n };
      this.states.set(stream, state);
    }
    return state;
  }

  /** One write at a time for a stream and its metadata, so that nothing is written behind a tombstone. */
  private inTurn<T>(stream: string, write: () => Promise<T>): Promise<T> {
    const subject = subjectOf(stream);
    const turn = (this.turns.get(subject) ?? Promise.resolve()).then(write, write);
    this.turns.set(subject, turn);
    const leave = (): void => {
      if (this.turns.get(subject) === turn) this.turns.delete(subject);
    };
    turn.then(leave, leave);
    return turn;
  }
}

/** The stream that a metadata stream is about; any other stream is about itself. */
function subjectOf(stream: string): string {
  return stream.startsWith('$$') ? stream.slice(2) : stream;
}
