import Database from 'libsql';
import { EventStoreError } from '../event-store.errors.js';

export type Connection = Database.Database;

/**
 * How long a connection waits for another one. Short: only a checkpoint ever waits, for readers, and all
 * appends wait behind it; it is tried again later.
 */
const BUSY_TIMEOUT_MS = 250;

/**
 * What must hold for "acknowledged means durable" and "deleted means gone". Each is read back,
 * because SQLite answers a pragma it does not follow with silence.
 */
const WRITER_PRAGMAS: readonly (readonly [name: string, value: string, readBack: unknown])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['secure_delete', 'ON', 1],
  // The writer checkpoints itself, after it has answered, so that no append waits for it.
  ['wal_autocheckpoint', '0', 0],
];

/** The one connection that writes. @throws EventStoreError UNAVAILABLE when a setting does not hold. */
export function openForWriting(file: string): Connection {
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  for (const [name, value, wanted] of WRITER_PRAGMAS) {
    db.exec(`PRAGMA ${name} = ${value}`);
    const found = readPragma(db, name);
    if (found !== wanted) {
      db.close();
      throw new EventStoreError(
        'UNAVAILABLE',
        `the event store ${file} cannot run with ${name}=${value} (it answers ${String(found)}); ` +
          'without it acknowledged events could be lost: put the file on a local disk',
      );
    }
  }
  return db;
}

/** A connection that cannot write. Sees only what is durable: WAL readers see a commit after its fsync. */
export function openForReading(file: string): Connection {
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  db.exec('PRAGMA query_only = ON');
  return db;
}

export function readPragma(db: Connection, name: string): unknown {
  return queryOne(db, `PRAGMA ${name}`)[0];
}

/** First row of a query as an array; empty when there is none. */
export function queryOne(db: Connection, sql: string): readonly unknown[] {
  // libsql aborts the process when the only parameter is null or a buffer: parameters go in arrays, always.
  return (db.prepare(sql).raw().get([]) ?? []) as readonly unknown[];
}
