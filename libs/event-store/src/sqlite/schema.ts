import { randomUUID } from 'node:crypto';
import { EventStoreError } from '../event-store.errors.js';
import { queryOne, type Connection } from './connection.js';

const SCHEMA_VERSION = 1;

/**
 * AUTOINCREMENT: a position is never given twice, not even when the last event was deleted.
 * The columns that filters look at come before the large ones, so that a row filtered out is cheap.
 * stream_rules has a row only for streams that are trimmed or deleted.
 */
const CREATE = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    data TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE INDEX events_by_id ON events (id);
  CREATE TABLE stream_rules (
    stream TEXT PRIMARY KEY,
    max_count INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
`;

/**
 * Creates the tables in a new file, or checks those of an old one. Answers the store's id.
 *
 * @throws EventStoreError UNAVAILABLE when the file belongs to a later Keyward or to another program.
 */
export function prepareSchema(db: Connection, file: string): string {
  db.exec('BEGIN IMMEDIATE');
  try {
    const tables = queryOne(db, 'SELECT count(*) FROM sqlite_schema')[0];
    if (tables === 0) create(db);
    checkVersion(db, file);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
  return String(queryOne(db, "SELECT value FROM meta WHERE name = 'store_id'")[0]);
}

function create(db: Connection): void {
  db.exec(CREATE);
  const insert = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
  insert.run(['schema_version', String(SCHEMA_VERSION)]);
  insert.run(['store_id', randomUUID().replaceAll('-', '')]);
}

function checkVersion(db: Connection, file: string): void {
  const meta = queryOne(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'")[0];
  if (meta === 0) {
    throw new EventStoreError(
      'UNAVAILABLE',
      `${file} is a SQLite file, but no event store of Keyward: name another file in KEYWARD_EVENT_STORE`,
    );
  }
  const version = Number(queryOne(db, "SELECT value FROM meta WHERE name = 'schema_version'")[0]);
  if (version !== SCHEMA_VERSION) {
    throw new EventStoreError(
      'UNAVAILABLE',
      `${file} has schema version ${version}, this Keyward reads ${SCHEMA_VERSION}: run the Keyward that wrote it`,
    );
  }
}
