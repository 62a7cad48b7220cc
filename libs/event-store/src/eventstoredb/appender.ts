import { setTimeout as delay } from 'node:timers/promises';
import { jsonEvent, type EventStoreDBClient, type WrongExpectedVersionError } from '@eventstore/db-client';
import type { LogPosition } from '@keyward/contracts';
import type { EncodedAppend, EncodedEvent } from '../append-rules.js';
import { EventStoreError, isEventStoreError, WrongExpectedRevisionError } from '../event-store.errors.js';
import type {
  AppendResult,
  ExpectedRevision,
  ReadStreamOptions,
  RecordedEvent,
} from '../event-store.port.js';
import { GRACE_MS, isOfType, onLeader, toWriteError, unknownOutcome, within } from './client-errors.js';
import type { LogReader } from './log-reader.js';

const MAX_RACES = 100;
/** Asked for where the append must be refused: the server then says where the stream is, or that it is deleted. */
const NEVER_REACHED = 2n ** 62n;

/** Appends. What they promise beyond EventStoreDB is idempotency with 'any' and 'stream_exists'. */
export class Appender {
  /** Appends under way by stream, where they must find each other's events. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly reader: LogReader,
    private readonly timeoutMs: number,
  ) {}

  append(append: EncodedAppend): Promise<AppendResult> {
    const { expectedRevision: expected } = append;
    if (expected !== 'any' && expected !== 'stream_exists') return this.send(append, expected);
    return this.inTurn(append.stream, () => this.appendAtTheEnd(append));
  }

  /**
   * With 'any' and 'stream_exists' the server knows a retry only as long as it remembers the ids. So the ids are
   * looked for in the stream, and the append is made at the revision that was seen: another writer in between is
   * then refused, and looked at in the next round.
   */
  private async appendAtTheEnd(append: EncodedAppend): Promise<AppendResult> {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const seen = await this.look(append);
      if (typeof seen === 'object') return seen;
      try {
        return await this.send(append, seen);
      } catch (error) {
        if (seen === NEVER_REACHED || !isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) throw error;
        await delay(Math.random() * Math.min(100, 2 ** race));
      }
    }
    throw new EventStoreError(
      'UNAVAILABLE',
      `stream ${append.stream} was written by others each time; nothing was written`,
    );
  }

  /** The first result of this very append, or the revision at which it is to be made. */
  private async look({
    stream,
    events,
    expectedRevision,
  }: EncodedAppend): Promise<AppendResult | bigint | 'no_stream'> {
    let head: bigint | 'no_stream' = 'no_stream';
    let matched = 0;
    for await (const { id, revision, position } of this.reader.readStream(stream)) {
      head = revision;
      if (id === events[matched]!.id) matched += 1;
      else if (matched > 0) break;
      if (matched === events.length) return { revision, position };
    }
    // By the first id alone it was found: the rest differs, so it is neither a retry nor something new.
    const isPart = matched > 0;
    return isPart || (expectedRevision === 'stream_exists' && head === 'no_stream') ? NEVER_REACHED : head;
  }

  private async send(append: EncodedAppend, expectedRevision: ExpectedRevision): Promise<AppendResult> {
    const { stream, events } = append;
    const options = { expectedRevision, deadline: this.timeoutMs, requiresLeader: true };
    const work = async (): Promise<AppendResult> => {
      const result = await onLeader(() =>
        this.client.appendToStream(stream, events.map(toClientEvent), options),
      );
      const revision = result.nextExpectedRevision;
      // A retry is answered without a position by some servers, and only for one event is it surely that of the last.
      const position = events.length === 1 ? result.position : undefined;
      return { revision, position: position ?? (await this.positionAt(append, revision)) };
    };
    const late = () => unknownOutcome(stream, `no answer within ${this.timeoutMs} ms`);
    try {
      return await within(this.timeoutMs + GRACE_MS, work(), late);
    } catch (error) {
      if (isOfType(error, 'wrong-expected-version')) {
        const { actualVersion } = error as WrongExpectedVersionError;
        throw new WrongExpectedRevisionError(stream, append.expectedRevision, actualVersion);
      }
      throw toWriteError(error, stream);
    }
  }

  /**
   * @throws EventStoreError UNKNOWN_OUTCOME: it is written, but a retry has to find where. WRONG_EXPECTED_REVISION: it was
   * written once, and the stream has dropped it since.
   */
  private async positionAt(
    { stream, expectedRevision }: EncodedAppend,
    revision: bigint,
  ): Promise<LogPosition> {
    const written = await this.lookUp(stream, { fromRevision: revision });
    if (written?.revision === revision) return written.position;
    const last = await this.lookUp(stream, { direction: 'backwards' });
    throw new WrongExpectedRevisionError(stream, expectedRevision, last?.revision ?? 'no_stream');
  }

  /** @throws EventStoreError UNKNOWN_OUTCOME, not the reader's UNAVAILABLE: that would mean that nothing was written. */
  private lookUp(stream: string, options: ReadStreamOptions): Promise<RecordedEvent | undefined> {
    return this.reader.first(stream, options).catch((error: Error) => {
      throw unknownOutcome(stream, error.message);
    });
  }

  private inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(stream) ?? Promise.resolve()).then(work, work);
    this.turns.set(stream, turn);
    const leave = (): void => {
      if (this.turns.get(stream) === turn) this.turns.delete(stream);
    };
    turn.then(leave, leave);
    return turn;
  }
}

/** From the JSON that was made when the append was asked for: the caller may have changed its objects since. */
function toClientEvent({ id, type, data, metadata }: EncodedEvent) {
  const parsed = { data: JSON.parse(data) as object, metadata: JSON.parse(metadata) as object };
  return jsonEvent({ id, type, ...parsed } as Parameters<typeof jsonEvent>[0]);
}
