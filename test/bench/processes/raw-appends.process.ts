import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'libsql';
import { temporaryDataDir } from '../../support/standalone.js';
import { serveParent } from '../harness/child.js';

/** What one append consists of: the two events of a set, or a single one with the bytes of both. */
export type AppendShape = 'pair' | 'one';

export interface RawRound {
  readonly appends: number;
  readonly seconds: number;
}

interface EventRow {
  readonly type: string;
  readonly metadata: string;
  readonly data: string;
}

/** Those of the event log, which also moves its write-ahead log into the file every so many events. */
const SETTINGS = ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON', 'wal_autocheckpoint = 0'];
const EVENTS_PER_CHECKPOINT = 500;

const folder = temporaryDataDir();
const db = new Database(join(folder.path, 'raw.db'));
process.on('exit', () => folder.dispose());
process.on('SIGTERM', () => process.exit());

let rows: Readonly<Record<AppendShape, readonly EventRow[]>>;
let eventsSinceCheckpoint = 0;
let insert: Database.Statement<unknown[]> | undefined;

/** The event log's tables and settings, and plain statements: nothing is checked and nobody is asked. */
serveParent({
  /** @param file the log of a running Keyward, of which the last set is taken as the sample. */
  open(file: string): void {
    const log = new Database(file);
    log.exec('PRAGMA query_only = ON');
    rows = sampleOf(log);
    for (const setting of SETTINGS) db.exec(`PRAGMA ${setting}`);
    for (const table of tablesOf(log)) db.exec(table);
    log.close();
  },
  run({ shape, perCommit, ms }: { shape: AppendShape; perCommit: number; ms: number }): RawRound {
    const startAt = performance.now();
    let appends = 0;
    while (performance.now() < startAt + ms) {
      commit(rows[shape], perCommit);
      appends += perCommit;
    }
    return { appends, seconds: (performance.now() - startAt) / 1_000 };
  },
});

function commit(events: readonly EventRow[], times: number): void {
  insert ??= db.prepare<unknown[]>(
    'INSERT INTO events (stream, revision, type, id, recorded_at, metadata, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  db.exec('BEGIN IMMEDIATE');
  for (let n = 0; n < times; n += 1) {
    for (const { type, metadata, data } of events) {
      insert.run([`keyMaterial-${randomUUID()}`, 0, type, randomUUID(), Date.now(), metadata, data]);
    }
  }
  db.exec('COMMIT');
  eventsSinceCheckpoint += times * events.length;
  if (eventsSinceCheckpoint < EVENTS_PER_CHECKPOINT) return;
  eventsSinceCheckpoint = 0;
  db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get([]);
}

function tablesOf(log: Database.Database): readonly string[] {
  const sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
  return (log.prepare(sql).all([]) as { readonly sql: string }[]).map((made) => made.sql);
}

function sampleOf(log: Database.Database): typeof rows {
  const last = (type: string): EventRow => {
    const sql = 'SELECT type, metadata, data FROM events WHERE type = ? ORDER BY position DESC LIMIT 1';
    return log.prepare(sql).get([type]) as EventRow;
  };
  const [sealed, set] = [last('KeySealed'), last('OrgKeySet')];
  return { pair: [sealed, set], one: [{ ...set, data: `[${sealed.data},${set.data}]` }] };
}
