import type Database from 'libsql';
import { AUDITED_STREAM_PREFIXES } from '../log/audited-streams.js';

/** How the names of all its tables begin, in a file that has others too. */
export const LEDGER_TABLES = 'audit_';

/** Of this layout and of what is put into it: another choice of streams makes other trees. */
const FORMAT = `1 ${AUDITED_STREAM_PREFIXES.join(' ')}`;

/**
 * `audit_logs` has a row for each log, the platform's under an empty name. `audit_events` says where in the event log
 * the events stand (`place` 0, 1, 2 ...), and the heads (-1, -2, -3 ... for number 0, 1, 2 ...). `audit_nodes` has every
 * full subtree's root, that of level 0 being the events' leaf hashes; `audit_heads` what the chain has said.
 */
const CREATE = `
  CREATE TABLE audit_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE audit_logs (
    log INTEGER PRIMARY KEY,
    organization TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL DEFAULT 0,
    heads INTEGER NOT NULL DEFAULT 0,
    unsigned_since INTEGER,
    problem TEXT
  );
  CREATE INDEX audit_unsigned ON audit_logs (unsigned_since) WHERE unsigned_since IS NOT NULL;
  CREATE INDEX audit_problems ON audit_logs (log) WHERE problem IS NOT NULL;
  CREATE TABLE audit_events (
    commit_place INTEGER NOT NULL,
    prepare_place INTEGER NOT NULL,
    log INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (commit_place, prepare_place)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX audit_by_place ON audit_events (log, place);
  CREATE TABLE audit_nodes (
    log INTEGER NOT NULL,
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, level, place)
  ) WITHOUT ROWID;
  CREATE TABLE audit_heads (
    log INTEGER NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, number)
  ) WITHOUT ROWID;
  CREATE INDEX audit_heads_by_size ON audit_heads (log, size);
`;

/** Makes the tables those of this log, within the caller's transaction: what they hold of another one goes. */
export function prepareLedger(db: Database.Database, storeId: string): void {
  const tables = ledgerTablesIn(db);
  if (tables.includes('audit_meta') && isOurs(db, storeId)) return;
  for (const name of tables) db.exec(`DROP TABLE "${name}"`);
  db.exec(CREATE);
  const insert = db.prepare<unknown[]>('INSERT INTO audit_meta (name, value) VALUES (?, ?)');
  const facts = { format: FORMAT, store_id: storeId, commit_place: '0', prepare_place: '0', checked_at: '0' };
  for (const fact of Object.entries(facts)) insert.run(fact);
}

function isOurs(db: Database.Database, storeId: string): boolean {
  const rows = db.prepare('SELECT name, value FROM audit_meta').raw().all([]) as [string, string][];
  const meta = new Map(rows);
  return meta.get('format') === FORMAT && meta.get('store_id') === storeId;
}

function ledgerTablesIn(db: Database.Database): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, ?) = ?";
  const rows = db.prepare(sql).raw().all([LEDGER_TABLES.length, LEDGER_TABLES]) as [string][];
  return rows.map(([name]) => name);
}
