import { AuditLedger, type LedgerCall } from '@keyward/audit/lean';
import type { LogPosition } from '@keyward/contracts';
import type { RecordedEvent } from '@keyward/event-store';
import type Database from 'libsql';
import type {
  AsOfPosition,
  HistoryPage,
  HistoryQuery,
  LastEntries,
  KeyUses,
  LastEntriesQuery,
  LastUses,
} from '../history-index.port.js';
import { isIndexed } from '../indexed-event.js';
import { HistoryReader } from './history-reader.js';
import { createAnew } from './history-schema.js';
import { HistoryTables } from './history-tables.js';
import { openFile, toIndexError, type HistoryFileOptions } from './open-file.js';
import { UseTables } from './use-tables.js';

/** Lines of who used a key: what a screen shows, and not all workers of years. */
const MAX_USES = 1_000;

const WRITING_CALLS: ReadonlySet<LedgerCall> = new Set(['recheck', 'rechecked', 'contradict']);

/** A {@link HistoryIndex} in one SQLite file, on the thread that calls it. Each call is one transaction. */
export class HistoryFile {
  private readonly tables: HistoryTables;
  private readonly reader: HistoryReader;
  private readonly ledger: AuditLedger;
  private readonly uses: UseTables;

  private constructor(
    private readonly db: Database.Database,
    private readonly options: HistoryFileOptions,
  ) {
    this.tables = new HistoryTables(db);
    this.reader = new HistoryReader(db);
    this.ledger = new AuditLedger(db, options.storeId);
    this.uses = new UseTables(db);
  }

  /** @throws HistoryIndexError */
  static open(options: HistoryFileOptions): HistoryFile {
    return new HistoryFile(openFile(options), options);
  }

  last(): { readonly event: RecordedEvent; readonly checkpoint: LogPosition } | null {
    return this.inTransaction('BEGIN', () => {
      const event = this.reader.last();
      return event ? { event, checkpoint: this.tables.checkpoint() } : null;
    });
  }

  apply(events: readonly RecordedEvent[], through: LogPosition): void {
    this.inTransaction('BEGIN IMMEDIATE', () => {
      this.tables.apply(events.filter(isIndexed), through);
      this.ledger.apply(events, through);
    });
  }

  read(query: HistoryQuery): HistoryPage {
    return this.inTransaction('BEGIN', () => {
      const found = this.reader.read(query);
      const entries = found.slice(0, query.limit);
      return { entries, more: found.length > entries.length, ...this.asOf(query.organizationId) };
    });
  }

  lastOfEach(query: LastEntriesQuery): LastEntries {
    return this.inTransaction('BEGIN', () => ({
      entries: this.reader.lastOfEach(query),
      ...this.asOf(query.organizationId),
    }));
  }

  /** Asks the audit ledger. */
  audit<C extends LedgerCall>(call: C, args: Parameters<AuditLedger[C]>): ReturnType<AuditLedger[C]> {
    const ask = this.ledger[call].bind(this.ledger) as (...args: unknown[]) => ReturnType<AuditLedger[C]>;
    return this.inTransaction(WRITING_CALLS.has(call) ? 'BEGIN IMMEDIATE' : 'BEGIN', () => ask(...args));
  }

  usesOf(organizationId: string, integrationId: string): KeyUses & AsOfPosition {
    return this.inTransaction('BEGIN', () => ({
      ...this.uses.of(organizationId, integrationId, MAX_USES),
      ...this.asOf(organizationId),
    }));
  }

  lastUses(keyIds: readonly string[]): LastUses {
    return this.inTransaction('BEGIN', () => ({
      position: this.tables.checkpoint(),
      lastUses: this.uses.lastOf(keyIds),
    }));
  }

  reset(): void {
    this.inTransaction('BEGIN IMMEDIATE', () => createAnew(this.db, this.options.storeId));
  }

  close(): void {
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // What is in the write-ahead log stays there for the next who opens the file.
    }
    this.db.close();
  }

  private asOf(organizationId: string): AsOfPosition {
    return { position: this.tables.checkpoint(), known: this.reader.isKnown(organizationId) };
  }

  /** @throws HistoryIndexError; what the work itself throws comes through as it is. */
  private inTransaction<T>(begin: string, work: () => T): T {
    try {
      this.db.exec(begin);
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      throw this.failed(error);
    }
  }

  private failed(error: unknown): unknown {
    // A full disk has rolled back by itself.
    if (this.db.inTransaction) this.db.exec('ROLLBACK');
    const { code } = error as { readonly code?: unknown };
    const isOfSqlite = typeof code === 'string' && code.startsWith('SQLITE_');
    return isOfSqlite ? toIndexError(error, this.options.file) : error;
  }
}
