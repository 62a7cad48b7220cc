import type { EventStoreDBClient } from '@eventstore/db-client';
import { comparePositions, START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type { EventFilter, ReadAllOptions, ReadStreamOptions, RecordedEvent } from '../event-store.port.js';
import { isOfType, onLeader, toReadError, unavailable } from './client-errors.js';
import { PulledCall, type ClientStream } from './pulled-call.js';
import { passes, positionOf, toRecordedEvent, type ClientEvent } from './recorded-event.js';

/** Events that may lie ready between the connection and the reader. */
export const READ_AHEAD = 256;

const BEGINNING = { forwards: 'start', backwards: 'end' } as const;

/** The calls that are open, to be ended when the store closes. */
export type OpenCalls = Set<PulledCall<ClientEvent>>;

/** Reads. All of them ask the leader, or an append that was just acknowledged could be missing. */
export class LogReader {
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly openCalls: OpenCalls,
    private readonly timeoutMs: number,
  ) {}

  async *readStream(
    stream: string,
    { direction = 'forwards', fromRevision, maxCount }: ReadStreamOptions = {},
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    if (!isSomething(direction, fromRevision, maxCount)) return;
    const options = {
      direction,
      fromRevision: fromRevision ?? BEGINNING[direction],
      maxCount: maxCount ?? Number.MAX_SAFE_INTEGER,
      requiresLeader: true,
    };
    yield* recorded(
      this.items(
        () => this.client.readStream(stream, options, { highWaterMark: READ_AHEAD }),
        options.maxCount,
      ),
    );
  }

  /** The first event that such a read gives. */
  async first(stream: string, options: ReadStreamOptions): Promise<RecordedEvent | undefined> {
    for await (const event of this.readStream(stream, { ...options, maxCount: 1 })) return event;
    return undefined;
  }

  async *readAll({
    direction = 'forwards',
    from,
    maxCount = Number.POSITIVE_INFINITY,
    filter,
  }: ReadAllOptions = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    if (!isSomething(direction, from, maxCount)) return;
    let left = maxCount;
    for await (const event of recorded(this.from(direction, from ?? BEGINNING[direction]), filter)) {
      yield event;
      left -= 1;
      if (left <= 0) return;
    }
  }

  /** Position of the last record of the log, whosever it is: at or after every append acknowledged. */
  async head(): Promise<LogPosition> {
    for await (const item of this.all('backwards', 'end', 1)) return positionOf(item);
    return START_OF_LOG;
  }

  private from(
    direction: 'forwards' | 'backwards',
    from: LogPosition | 'start' | 'end',
  ): AsyncGenerator<ClientEvent> {
    return direction === 'forwards' ? this.allForwards(from) : this.allBackwards(from);
  }

  /** The end is fixed at the start: a read that chased busy writers would never end. */
  private async *allForwards(from: LogPosition | 'start' | 'end'): AsyncGenerator<ClientEvent> {
    const head = await this.head();
    for await (const item of this.all('forwards', from)) {
      if (comparePositions(positionOf(item), head) > 0) return;
      yield item;
    }
  }

  /** EventStoreDB leaves out the event at the position itself when it reads backwards; the port does not. */
  private async *allBackwards(from: LogPosition | 'start' | 'end'): AsyncGenerator<ClientEvent> {
    if (typeof from !== 'object') {
      yield* this.all('backwards', 'end');
      return;
    }
    for await (const item of this.all('forwards', from, 1)) {
      if (comparePositions(positionOf(item), from) <= 0) yield item;
    }
    for await (const item of this.all('backwards', from)) {
      if (comparePositions(positionOf(item), from) < 0) yield item;
    }
  }

  private all(
    direction: 'forwards' | 'backwards',
    fromPosition: LogPosition | 'start' | 'end',
    maxCount = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<ClientEvent> {
    const options = { direction, fromPosition, maxCount, requiresLeader: true };
    return this.items(() => this.client.readAll(options, { highWaterMark: READ_AHEAD }), maxCount);
  }

  /** What a reading call gives, which is asked for so many at most; nothing for a stream that is not there. */
  private async *items(open: () => ClientStream, atMost: number): AsyncGenerator<ClientEvent> {
    const call = await this.begin(open);
    let given = 0;
    try {
      do {
        for (const item of call.take(READ_AHEAD)) {
          given += 1;
          yield item;
        }
      } while (given < atMost && (await this.waitForMore(call)) === 'more');
    } catch (error) {
      throw toReadError(error);
    } finally {
      this.openCalls.delete(call);
      call.release(given >= atMost);
    }
  }

  private begin(open: () => ClientStream): Promise<PulledCall<ClientEvent>> {
    const attempt = async (): Promise<PulledCall<ClientEvent>> => {
      const call = new PulledCall<ClientEvent>(open());
      this.openCalls.add(call);
      try {
        await this.waitForMore(call);
        return call;
      } catch (error) {
        this.openCalls.delete(call);
        call.release(false);
        throw error;
      }
    };
    return onLeader(attempt).catch((error: unknown) => {
      throw toReadError(error);
    });
  }

  private async waitForMore(call: PulledCall<ClientEvent>): Promise<'more' | 'ended'> {
    try {
      const sign = await call.wait(this.timeoutMs);
      if (sign === 'quiet') throw unavailable(`it did not answer a read within ${this.timeoutMs} ms`);
      return sign;
    } catch (error) {
      if (isOfType(error, 'stream-not-found', 'stream-deleted')) return 'ended';
      throw error;
    }
  }
}

async function* recorded(
  items: AsyncIterable<ClientEvent>,
  filter?: EventFilter,
): AsyncGenerator<RecordedEvent, void, undefined> {
  for await (const item of items) {
    const event = toRecordedEvent(item);
    if (event && passes(filter, event)) yield event;
  }
}

/** Reading forwards from the end, or backwards from the start, finds nothing: both lie outside the events. */
function isSomething(
  direction: 'forwards' | 'backwards',
  from: bigint | LogPosition | 'start' | 'end' | undefined,
  maxCount: number | undefined,
): boolean {
  if (maxCount !== undefined && maxCount <= 0) return false;
  return from !== (direction === 'forwards' ? 'end' : 'start');
}
