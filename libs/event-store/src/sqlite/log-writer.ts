import { isEventStoreError, type EventStoreErrorCode } from '../event-store.errors.js';
import { openForWriting, queryOne, type Connection } from './connection.js';
import { LogTables, Refusal } from './log-tables.js';
import type { WireError, WriteOutcome, WriteRequest, WriterOptions, WrittenAppend } from './protocol.js';
import { prepareSchema } from './schema.js';

/** How much may be written before the write-ahead log is copied into the file: 2,000 pages or so. */
const EVENTS_PER_CHECKPOINT = 500;

/** One batch of requests after its transaction. */
export interface Settled {
  readonly commits: number;
  readonly head: number;
  readonly outcomes: readonly WriteOutcome[];
}

/** Writes batches of requests, one transaction each. Knows nothing of threads. */
export class LogWriter {
  readonly storeId: string;
  private db: Connection | undefined;
  private tables: LogTables;
  private head: number;
  private eventsSinceCheckpoint = 0;
  /** Bytes of removed events may still lie in the write-ahead log. */
  private scrubDue = false;

  private constructor(private readonly options: WriterOptions) {
    const db = this.connect();
    this.storeId = prepareSchema(db, options.file);
    this.tables = new LogTables(db);
    this.head = this.tables.head();
    this.db = db;
    // Whoever was killed between a deletion and its scrub left removed bytes in the write-ahead log.
    this.checkpoint('TRUNCATE');
  }

  /** @throws EventStoreError UNAVAILABLE when the file cannot be used; the message says why. */
  static open(options: WriterOptions): LogWriter {
    return new LogWriter(options);
  }

  /**
   * All requests in one transaction: what waited during one fsync shares the next. A refused request
   * leaves its neighbours alone; a failing store fails them all, since none of them is durable then.
   */
  write(requests: readonly WriteRequest[]): Settled {
    const began = this.begin();
    if (began !== undefined) return this.allFailed(requests, 'UNAVAILABLE', began);
    const db = this.db!;
    let outcomes: WriteOutcome[];
    try {
      outcomes = requests.map((request) => this.runOne(db, request));
    } catch (error) {
      // A full disk has rolled back already; everything else is rolled back by letting the connection go.
      this.reconnectLater();
      return this.allFailed(requests, 'UNAVAILABLE', error);
    }
    try {
      db.exec('COMMIT');
    } catch (error) {
      // Do NOT commit again: after a failed fsync the kernel may call the lost pages clean, and the
      // second COMMIT would report a success that is not on the disk.
      this.reconnectLater();
      return this.allFailed(requests, 'UNKNOWN_OUTCOME', error);
    }
    this.head = this.tables.head();
    return { commits: 1, head: this.head, outcomes };
  }

  /** Whether removed bytes are still to be cleared, because a reader was in the way. */
  get isScrubDue(): boolean {
    return this.scrubDue;
  }

  /** Work that no caller waits for; failures leave it to the next time. */
  tidy(): void {
    if (this.tables.removedSomething || this.scrubDue) this.scrub();
    if (this.eventsSinceCheckpoint >= EVENTS_PER_CHECKPOINT) this.checkpoint('PASSIVE');
  }

  /**
   * Empties the write-ahead log, where removed events would outlive their deletion; in the file itself
   * secure_delete has overwritten them.
   */
  scrub(): void {
    this.scrubDue ||= this.tables.removedSomething;
    this.tables.removedSomething = false;
    if (this.scrubDue && this.checkpoint('TRUNCATE')) this.scrubDue = false;
  }

  close(): void {
    if (!this.db) return;
    this.checkpoint('TRUNCATE');
    this.db.close();
    this.db = undefined;
  }

  private connect(): Connection {
    const db = openForWriting(this.options.file);
    if (this.options.maxPages !== undefined) queryOne(db, `PRAGMA max_page_count = ${this.options.maxPages}`);
    return db;
  }

  /** Opens the transaction; answers the error when there can be none. */
  private begin(): unknown {
    try {
      if (!this.db) {
        const db = this.connect();
        this.tables = new LogTables(db);
        this.db = db;
      }
      this.db.exec('BEGIN IMMEDIATE');
      return undefined;
    } catch (error) {
      this.reconnectLater();
      return error;
    }
  }

  private reconnectLater(): void {
    const db = this.db;
    this.db = undefined;
    if (!db) return;
    this.scrubDue ||= this.tables.removedSomething;
    try {
      if (db.inTransaction) db.exec('ROLLBACK');
    } catch {
      // The connection is given up anyway.
    }
    db.close();
  }

  private runOne(db: Connection, request: WriteRequest): WriteOutcome {
    try {
      return { id: request.id, written: this.apply(db, request) };
    } catch (error) {
      if (error instanceof Refusal) return { id: request.id, error: error.wire };
      throw error;
    }
  }

  private apply(db: Connection, request: WriteRequest): readonly WrittenAppend[] {
    switch (request.kind) {
      case 'append':
        return this.appendAll(db, request.appends);
      case 'delete':
        this.tables.deleteStream(request.stream);
        return [];
      case 'setMaxCount':
        this.tables.setMaxCount(request.stream, request.maxCount);
        return [];
      case 'probe':
        db.exec("INSERT OR REPLACE INTO meta (name, value) VALUES ('last_probe', unixepoch())");
        return [];
    }
  }

  private appendAll(
    db: Connection,
    appends: (WriteRequest & { kind: 'append' })['appends'],
  ): readonly WrittenAppend[] {
    const now = Date.now();
    for (const append of appends) this.eventsSinceCheckpoint += append.events.length;
    // A single append refuses before it writes, so only several need a way back.
    if (appends.length === 1) return [this.tables.append(appends[0]!, now)];
    db.exec('SAVEPOINT request');
    try {
      const written = appends.map((append) => this.tables.append(append, now));
      db.exec('RELEASE request');
      return written;
    } catch (error) {
      if (error instanceof Refusal) db.exec('ROLLBACK TO request; RELEASE request');
      throw error;
    }
  }

  private allFailed(requests: readonly WriteRequest[], code: EventStoreErrorCode, cause: unknown): Settled {
    const error = describeFailure(this.options.file, code, cause);
    return { commits: 0, head: this.head, outcomes: requests.map(({ id }) => ({ id, error })) };
  }

  /** Answers whether the whole write-ahead log was copied. A failure loses nothing: the log is still there. */
  private checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): boolean {
    this.eventsSinceCheckpoint = 0;
    if (!this.db) return false;
    try {
      return queryOne(this.db, `PRAGMA wal_checkpoint(${mode})`)[0] === 0;
    } catch {
      return false;
    }
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk is full: make room, then retry',
  SQLITE_NOTADB: 'it is not a SQLite file: name another file in KEYWARD_EVENT_STORE',
  SQLITE_CANTOPEN: 'it cannot be opened: check that the folder exists and may be written',
  SQLITE_READONLY: 'it may not be written: check its owner and mode',
  SQLITE_CORRUPT: 'it is damaged: stop Keyward and restore the file from a backup',
};

/** SQLite's messages name tables and columns, never values, so they may be passed on. */
export function describeFailure(file: string, code: EventStoreErrorCode, cause: unknown): WireError {
  if (cause instanceof Error && isEventStoreError(cause, 'UNAVAILABLE'))
    return { code, message: cause.message };
  const sqliteCode = codeOf(cause);
  const what = ADVICE[sqliteCode] ?? (cause instanceof Error ? cause.message : String(cause));
  return { code, message: `the event store ${file} failed (${sqliteCode}): ${what}` };
}

function codeOf(cause: unknown): string {
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' && code !== '' ? code : 'no code';
}
