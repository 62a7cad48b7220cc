import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogPosition } from '@keyward/contracts';
import { FileLock } from '@keyward/runtime';
import { checkMaxCount, checkStreamName, encodeAppend, type EncodedAppend } from '../append-rules.js';
import { CommitSignal } from '../embedded/commit-signal.js';
import { followLog, toPosition } from '../embedded/follow-log.js';
import { EventStoreError } from '../event-store.errors.js';
import {
  EventStore,
  type AppendResult,
  type AtomicAppender,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type RevisionTeller,
  type StreamAppend,
  type SubscribeOptions,
  type SubscriptionMessage,
} from '../event-store.port.js';
import { LogReader, PageSize, windowOf, type PageBounds } from './log-reader.js';
import type { WriterOptions, WrittenAppend } from './protocol.js';
import { StreamHeads } from './stream-heads.js';
import { WriterClient, type WriterStats } from './writer-client.js';

const PROBE_TIMEOUT_MS = 2_000;

/** `file` is made, with its folder, when it is not there. */
export type SqliteEventStoreOptions = WriterOptions;

/**
 * The event log in one SQLite file, for one process at a time. Appends go to a writer thread, where those that
 * wait together commit together; reads run on the calling thread, in pages small enough not to hold it up.
 */
export class SqliteEventStore extends EventStore implements AtomicAppender, RevisionTeller {
  readonly storeId: string;
  private readonly commits: CommitSignal;
  private readonly heads: StreamHeads;
  private closing: Promise<void> | undefined;
  /** After a write that failed, health writes a probe until one succeeds again. */
  private lastWriteFailed = false;

  private constructor(
    private readonly lock: FileLock,
    private readonly writer: WriterClient,
    private readonly reader: LogReader,
  ) {
    super();
    this.storeId = writer.storeId;
    this.commits = new CommitSignal(reader.head());
    this.heads = new StreamHeads((stream) => reader.lastRevision(stream));
    writer.onCommit = (head) => this.commits.announce(head);
  }

  /**
   * Opens the log, or makes a new one.
   *
   * @throws EventStoreError STORE_IN_USE when another process has it; UNAVAILABLE when the file cannot be used
   * or SQLite does not confirm the settings that durability needs.
   */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    const file = resolve(options.file);
    let lock: FileLock | undefined;
    try {
      createPrivately(file);
      lock = await lockOf(file);
      const writer = await WriterClient.start({ ...options, file });
      return new SqliteEventStore(lock, writer, new LogReader(file));
    } catch (error) {
      lock?.release();
      if (error instanceof EventStoreError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new EventStoreError('UNAVAILABLE', `the event store ${file} cannot be opened: ${reason}`, {
        cause: error,
      });
    }
  }

  /** How many transactions were committed for how many requests, since the store was opened. */
  get stats(): WriterStats {
    return { ...this.writer.stats };
  }

  async append(append: StreamAppend): Promise<AppendResult> {
    const [result] = await this.appendAll([append]);
    return result!;
  }

  async appendAll(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]> {
    this.commits.throwIfClosed();
    const encoded = appends.map(encodeAppend);
    if (encoded.length === 0) return [];
    return (await this.writeAppends(encoded)).map(toResult);
  }

  lastRevision(stream: string): bigint | 'no_stream' {
    this.commits.throwIfClosed();
    const head = this.heads.of(stream);
    return head < 0 ? 'no_stream' : BigInt(head);
  }

  async *readStream(
    stream: string,
    options: ReadStreamOptions = {},
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    const { direction = 'forwards', fromRevision, maxCount = Infinity } = options;
    let bounds = boundsFrom(direction, startOf(fromRevision), Number.MAX_SAFE_INTEGER, 0);
    const size = new PageSize();
    for (let left = maxCount; left > 0 && bounds.first <= bounds.last;) {
      this.commits.throwIfClosed();
      const limit = size.events;
      const events = this.reader.streamPage(stream, bounds, size);
      for (const event of events.slice(0, left)) yield event;
      left -= events.length;
      if (events.length < limit) return;
      bounds = beyond(bounds, Number(events.at(-1)!.revision));
      await nextTurn();
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    const { maxCount = Infinity, filter } = options;
    this.commits.throwIfClosed();
    let bounds = this.boundsOfLog(options);
    const size = new PageSize();
    for (let left = maxCount; left > 0 && bounds.first <= bounds.last;) {
      this.commits.throwIfClosed();
      const limit = size.events;
      const window = windowOf(bounds, filter);
      const events = this.reader.logPage(window, filter, size);
      for (const event of events.slice(0, left)) yield event;
      left -= events.length;
      const lastSeen = events.length < limit ? farEnd(window) : Number(events.at(-1)!.position.commit);
      bounds = beyond(bounds, lastSeen);
      await nextTurn();
    }
  }

  /** The end is fixed now: a read that chased busy writers would never end. */
  private boundsOfLog({ direction = 'forwards', from }: ReadAllOptions): PageBounds {
    return boundsFrom(
      direction,
      startOf(typeof from === 'object' ? from.commit : from),
      this.reader.head(),
      1,
    );
  }

  subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage> {
    const size = new PageSize();
    const scan = (after: number) =>
      this.reader.scan({ after, head: this.commits.head }, options.filter, size);
    return followLog({ commits: this.commits, scan }, options);
  }

  async head(): Promise<LogPosition> {
    this.commits.throwIfClosed();
    return toPosition(this.reader.head());
  }

  async deleteStream(stream: string): Promise<void> {
    this.commits.throwIfClosed();
    checkStreamName(stream);
    await this.write({ kind: 'delete', stream });
    this.heads.forget(stream);
  }

  async setMaxCount(stream: string, maxCount: number): Promise<void> {
    this.commits.throwIfClosed();
    checkStreamName(stream);
    checkMaxCount(maxCount);
    await this.write({ kind: 'setMaxCount', stream, maxCount });
  }

  async health(): Promise<{ readonly ok: boolean; readonly detail?: string }> {
    try {
      this.commits.throwIfClosed();
      this.reader.head();
      if (this.lastWriteFailed) await this.probe();
      return { ok: true };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    this.commits.close();
    try {
      // The reader goes first, so that the writer can fold the write-ahead log back into the file.
      this.reader.close();
      await this.writer.close();
    } finally {
      this.lock.release();
    }
  }

  private async writeAppends(appends: readonly EncodedAppend[]): Promise<readonly WrittenAppend[]> {
    try {
      const written = await this.write({ kind: 'append', appends });
      written.forEach(({ revision }, index) => this.heads.appended(appends[index]!.stream, revision));
      return written;
    } catch (error) {
      // It may be written after all.
      for (const { stream } of appends) this.heads.forget(stream);
      throw error;
    }
  }

  private async write(job: Parameters<WriterClient['write']>[0]): Promise<readonly WrittenAppend[]> {
    try {
      const written = await this.writer.write(job);
      this.lastWriteFailed = false;
      return written;
    } catch (error) {
      const { code } = error as EventStoreError;
      if (code === 'UNAVAILABLE' || code === 'UNKNOWN_OUTCOME') this.lastWriteFailed = true;
      throw error;
    }
  }

  private async probe(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new EventStoreError('UNAVAILABLE', 'the event store does not answer writes in time');
      timer = setTimeout(() => reject(error), PROBE_TIMEOUT_MS);
    });
    try {
      await Promise.race([this.write({ kind: 'probe' }), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @throws EventStoreError STORE_IN_USE when another store, here or in another process, has the file. */
async function lockOf(file: string): Promise<FileLock> {
  const lock = await FileLock.acquire(`${file}.lock`);
  if (lock) return lock;
  throw new EventStoreError(
    'STORE_IN_USE',
    `the event store ${file} is in use by another Keyward process: ` +
      'stop that one first, or give this one a file of its own with KEYWARD_EVENT_STORE=sqlite:<path>',
  );
}

/** What the log holds is for this user only: its folder, when new, and the file are closed to others. */
function createPrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (const path of [file, `${file}.lock`]) {
    // Only a new file is opened here: closing a descriptor of one in use would drop SQLite's locks on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  }
}

type Start = number | 'start' | 'end' | undefined;

function startOf(from: bigint | 'start' | 'end' | undefined): Start {
  return typeof from === 'bigint' ? Number(from) : from;
}

/** Reading forwards from the end, or backwards from the start, finds nothing: both lie outside the events. */
function boundsFrom(direction: PageBounds['direction'], from: Start, end: number, start: number): PageBounds {
  if (direction === 'forwards') {
    const first = from === 'end' ? end + 1 : typeof from === 'number' ? from : start;
    return { first, last: end, direction };
  }
  const last = from === 'start' ? start - 1 : typeof from === 'number' ? from : end;
  return { first: start, last, direction };
}

function beyond(bounds: PageBounds, seen: number): PageBounds {
  if (bounds.direction === 'forwards') return { ...bounds, first: seen + 1 };
  return { ...bounds, last: seen - 1 };
}

function farEnd({ first, last, direction }: PageBounds): number {
  return direction === 'forwards' ? last : first;
}

function toResult({ revision, position }: WrittenAppend): AppendResult {
  return { revision: BigInt(revision), position: toPosition(position) };
}
