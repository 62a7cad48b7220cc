import { LEDGER_TABLES, prepareLedger } from '@keyward/audit/lean';
import type Database from 'libsql';

/** Of this layout and of what is put into it. */
const FORMAT = '3';

/**
 * Rows come in log order and are never altered, so `seq` is that order, and it is the last column of
 * every index. `by_slot` has the streams whose last event says how things stand. What was read is bulk: only the index by
 * kind has it, so that it costs no other search anything; `key_uses` and `keys_used` are what it comes to. Of a rollout `events`
 * has all but the lists; what these say of one organization is in `listings`, a row for each change.
 * `keys` has what later events of a key do not say again.
 */
const CREATE = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    commit_place INTEGER NOT NULL,
    prepare_place INTEGER NOT NULL,
    organization TEXT,
    project TEXT,
    integration TEXT,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    key_id TEXT,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    data TEXT NOT NULL
  );
  CREATE UNIQUE INDEX by_place ON events (commit_place, prepare_place);
  CREATE INDEX by_organization ON events (organization) WHERE kind <> 'read';
  CREATE INDEX by_project ON events (organization, project) WHERE kind <> 'read';
  CREATE INDEX by_integration ON events (organization, integration) WHERE kind <> 'read';
  CREATE INDEX by_kind ON events (organization, kind);
  CREATE INDEX by_actor ON events (organization, actor) WHERE kind <> 'read';
  CREATE INDEX by_time ON events (organization, occurred_at) WHERE kind <> 'read';
  CREATE INDEX by_stream ON events (stream);
  CREATE INDEX by_slot ON events (organization, integration, stream) WHERE kind <> 'refused' AND kind <> 'read';
  CREATE TABLE keys (
    key_id TEXT PRIMARY KEY,
    last_four TEXT,
    credential_kind TEXT NOT NULL,
    set_at TEXT NOT NULL,
    set_by TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE key_uses (
    organization TEXT NOT NULL,
    integration TEXT NOT NULL,
    level TEXT NOT NULL,
    key_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    project TEXT NOT NULL,
    version INTEGER NOT NULL,
    first_used INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (organization, integration, level, key_id, worker, project)
  ) WITHOUT ROWID;
  CREATE TABLE keys_used (key_id TEXT PRIMARY KEY, last_used INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE rollouts (seq INTEGER PRIMARY KEY, percentage REAL NOT NULL);
  CREATE TABLE listings (
    organization TEXT NOT NULL,
    seq INTEGER NOT NULL,
    included INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    PRIMARY KEY (organization, seq)
  ) WITHOUT ROWID;
`;

/** Makes the file the index and the audit ledger of this log: what it holds of another log, or in another format, goes. */
export function prepareSchema(db: Database.Database, storeId: string): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    if (!isOurs(db, storeId)) createAnew(db, storeId);
    prepareLedger(db, storeId);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Of the index alone, within the caller's transaction. */
export function createAnew(db: Database.Database, storeId: string): void {
  for (const name of tablesIn(db)) {
    if (!name.startsWith(LEDGER_TABLES)) db.exec(`DROP TABLE "${name}"`);
  }
  db.exec(CREATE);
  const insert = db.prepare<unknown[]>('INSERT INTO meta (name, value) VALUES (?, ?)');
  insert.run(['format', FORMAT]);
  insert.run(['store_id', storeId]);
  insert.run(['commit_place', '0']);
  insert.run(['prepare_place', '0']);
}

function isOurs(db: Database.Database, storeId: string): boolean {
  if (!tablesIn(db).includes('meta')) return false;
  const rows = db.prepare('SELECT name, value FROM meta').raw().all([]) as [string, string][];
  const meta = new Map(rows);
  return meta.get('format') === FORMAT && meta.get('store_id') === storeId;
}

function tablesIn(db: Database.Database): string[] {
  const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").raw().all([]);
  return (rows as [string][]).map(([name]) => name);
}
