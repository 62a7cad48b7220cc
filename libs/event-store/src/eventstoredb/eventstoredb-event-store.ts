import { setTimeout as delay } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { backoffDelay } from '@keyward/runtime';
import type { LogPosition } from '@keyward/contracts';
import { checkMaxCount, checkStreamName, encodeAppend } from '../append-rules.js';
import { closedError } from '../embedded/commit-signal.js';
import { EventStoreError, isEventStoreError } from '../event-store.errors.js';
import {
  EventStore,
  type AppendResult,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type StreamAppend,
  type SubscribeOptions,
  type SubscriptionMessage,
} from '../event-store.port.js';
import { Appender } from './appender.js';
import { followAll } from './follow-all.js';
import { LogReader, type OpenCalls } from './log-reader.js';
import { closeClient, openClient } from './open-client.js';
import { STORE_STREAM } from './recorded-event.js';
import { Removal } from './removal.js';
import { nameStore, probeWrites, type StoreName } from './store-name.js';

export interface EventStoreDbOptions {
  /** A connection string that keeps the rules of `checkConnectionString`. */
  readonly url: string;
  /** How long an append, a deletion or a trim may take before its outcome is unknown, in milliseconds. */
  readonly appendTimeoutMs?: number;
  /** How long a read may wait for its next event, in milliseconds. */
  readonly readTimeoutMs?: number;
  /** How long a subscription may be silent before the head of the log is asked, in milliseconds. */
  readonly watchIntervalMs?: number;
  /** How long `open` tries to reach the server, in milliseconds. */
  readonly openTimeoutMs?: number;
}

const DEFAULTS = {
  appendTimeoutMs: 3_000,
  readTimeoutMs: 5_000,
  watchIntervalMs: 5_000,
  openTimeoutMs: 30_000,
};
const OPEN_BACKOFF = { minMs: 100, maxMs: 2_000 };
const PROBE_TIMEOUT_MS = 2_000;

/** The event log in EventStoreDB (20 or later) or KurrentDB. The database is Keyward's own. */
export class EventStoreDbEventStore extends EventStore {
  readonly storeId: string;
  private readonly openCalls: OpenCalls = new Set();
  private readonly writes = new Set<Promise<unknown>>();
  private readonly reader: LogReader;
  private readonly appender: Appender;
  private readonly removal: Removal;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly client: EventStoreDBClient,
    private readonly name: StoreName,
    private readonly options: typeof DEFAULTS,
  ) {
    super();
    this.storeId = name.storeId;
    this.reader = new LogReader(client, this.openCalls, options.readTimeoutMs);
    this.appender = new Appender(client, this.reader, options.appendTimeoutMs);
    this.removal = new Removal(client, this.reader, options.appendTimeoutMs);
  }

  /**
   * Connects, waiting for a server that is still starting.
   *
   * @throws EventStoreError UNAVAILABLE when it cannot be reached in time or refuses the user; and what the client
   * throws for a file that the connection string names and that cannot be read.
   */
  static async open({ url, ...given }: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
    const options = { ...DEFAULTS, ...given };
    const client = openClient(url);
    try {
      return new EventStoreDbEventStore(client, await nameWhenReachable(client, options), options);
    } catch (error) {
      closeClient(client);
      throw error;
    }
  }

  append(append: StreamAppend): Promise<AppendResult> {
    return this.write(async () => {
      checkWritable(append.stream);
      return this.appender.append(encodeAppend(append));
    });
  }

  async *readStream(
    stream: string,
    options?: ReadStreamOptions,
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    this.throwIfClosed();
    yield* this.reader.readStream(stream, options);
  }

  async *readAll(options?: ReadAllOptions): AsyncGenerator<RecordedEvent, void, undefined> {
    this.throwIfClosed();
    yield* this.reader.readAll(options);
  }

  async *subscribeToAll(options: SubscribeOptions): AsyncGenerator<SubscriptionMessage, void, undefined> {
    this.throwIfClosed();
    if (options.signal.aborted) return;
    const { client, reader, openCalls } = this;
    const { watchIntervalMs } = this.options;
    yield* followAll({ client, reader, openCalls, watchIntervalMs }, options);
  }

  async head(): Promise<LogPosition> {
    this.throwIfClosed();
    return this.reader.head();
  }

  deleteStream(stream: string): Promise<void> {
    return this.write(async () => {
      checkWritable(stream);
      await this.removal.deleteStream(stream);
    });
  }

  setMaxCount(stream: string, maxCount: number): Promise<void> {
    return this.write(async () => {
      checkWritable(stream);
      checkMaxCount(maxCount);
      await this.removal.setMaxCount(stream, maxCount);
    });
  }

  async health(): Promise<{ readonly ok: boolean; readonly detail?: string }> {
    try {
      this.throwIfClosed();
      await probeWrites(this.client, this.name, PROBE_TIMEOUT_MS);
      await this.reader.head();
      return { ok: true };
    } catch (error) {
      return { ok: false, detail: (error as EventStoreError).message };
    }
  }

  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    await Promise.allSettled(this.writes);
    for (const call of this.openCalls) {
      call.stop(closedError());
      call.release(false);
    }
    closeClient(this.client);
  }

  private async write<T>(work: () => Promise<T>): Promise<T> {
    this.throwIfClosed();
    const write = work();
    this.writes.add(write);
    try {
      return await write;
    } finally {
      this.writes.delete(write);
    }
  }

  private throwIfClosed(): void {
    if (this.closing) throw closedError();
  }
}

/** @throws EventStoreError INVALID_APPEND */
function checkWritable(stream: string): void {
  checkStreamName(stream);
  if (stream === STORE_STREAM) {
    throw new EventStoreError('INVALID_APPEND', `stream: use another name than ${STORE_STREAM}`);
  }
}

async function nameWhenReachable(client: EventStoreDBClient, options: typeof DEFAULTS): Promise<StoreName> {
  const end = performance.now() + options.openTimeoutMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await nameStore(client, options.readTimeoutMs);
    } catch (error) {
      const wait = backoffDelay(failures, OPEN_BACKOFF, Math.random());
      const isFinal = isEventStoreError(error, 'UNAVAILABLE') && /refuses|not Keyward/.test(error.message);
      if (isFinal || performance.now() + wait > end) throw error;
      await delay(wait);
    }
  }
}
