import type { LogPosition } from '@keyward/contracts/lean';
import type Database from 'libsql';
import type { MerkleNode } from '../merkle/merkle-range.js';
import type { NodeLookup } from '../merkle/proofs.js';
import type { Hash } from '../merkle/tree-hash.js';

/** A log as its row has it. */
export interface LogRow {
  readonly log: number;
  readonly size: number;
  /** Number of heads. */
  readonly heads: number;
  /** Since when it has an event that no head vouches for; milliseconds since 1970. */
  readonly unsignedSince: number | null;
  readonly problem: string | null;
}

export interface HeadRow {
  readonly number: number;
  readonly size: number;
  readonly hash: Hash;
}

type Statement = Database.Statement<unknown[]>;

const LOG_COLUMNS = 'log, size, heads, unsigned_since, problem';

/** The statements on the ledger's tables. */
export class LedgerTables {
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly db: Database.Database) {}

  meta(name: string): string | undefined {
    return this.row<[string]>('SELECT value FROM audit_meta WHERE name = ?', [name])?.[0];
  }

  setMeta(name: string, value: string): void {
    this.run('INSERT OR REPLACE INTO audit_meta (name, value) VALUES (?, ?)', [name, value]);
  }

  logOf(organizationId: string | null): LogRow | undefined {
    const sql = `SELECT ${LOG_COLUMNS} FROM audit_logs WHERE organization = ?`;
    return toLog(this.row(sql, [nameOf(organizationId)]));
  }

  logBy(log: number): LogRow | undefined {
    return toLog(this.row(`SELECT ${LOG_COLUMNS} FROM audit_logs WHERE log = ?`, [log]));
  }

  insertLog(organizationId: string | null): LogRow {
    this.run('INSERT INTO audit_logs (organization) VALUES (?)', [nameOf(organizationId)]);
    return this.logOf(organizationId)!;
  }

  updateLog({ log, size, heads, unsignedSince, problem }: LogRow): void {
    const sql = 'UPDATE audit_logs SET size = ?, heads = ?, unsigned_since = ?, problem = ? WHERE log = ?';
    this.run(sql, [size, heads, unsignedSince, problem, log]);
  }

  /** Of those longest without a head, the longest first. */
  unsigned(limit: number): { readonly organizationId: string | null; readonly since: number }[] {
    const sql = `SELECT organization, unsigned_since FROM audit_logs
      WHERE unsigned_since IS NOT NULL AND problem IS NULL ORDER BY unsigned_since LIMIT ?`;
    return this.rows<[string, number]>(sql, [limit]).map(([name, since]) => ({
      organizationId: organizationOf(name),
      since,
    }));
  }

  problems(limit: number): { readonly organizationId: string | null; readonly problem: string }[] {
    const sql = 'SELECT organization, problem FROM audit_logs WHERE problem IS NOT NULL LIMIT ?';
    return this.rows<[string, string]>(sql, [limit]).map(([name, problem]) => ({
      organizationId: organizationOf(name),
      problem,
    }));
  }

  /** @param place -1 - n for head number n */
  insertEvent(log: number, place: number, { commit, prepare }: LogPosition): void {
    this.run('INSERT INTO audit_events VALUES (?, ?, ?, ?)', [commit, prepare, log, place]);
  }

  /** What stands at a place of the event log. */
  at({ commit, prepare }: LogPosition): { readonly log: number; readonly place: number } | undefined {
    const sql = 'SELECT log, place FROM audit_events WHERE commit_place = ? AND prepare_place = ?';
    const row = this.row<[number, number]>(sql, [commit, prepare]);
    return row && { log: row[0], place: row[1] };
  }

  positionOf(log: number, place: number): LogPosition | undefined {
    const sql = 'SELECT commit_place, prepare_place FROM audit_events WHERE log = ? AND place = ?';
    return positionIn(this.exact(sql).get([log, place]));
  }

  /** Of all events and heads that are here. */
  lastPosition(): LogPosition | undefined {
    const sql = 'SELECT commit_place, prepare_place FROM audit_events ORDER BY 1 DESC, 2 DESC LIMIT 1';
    return positionIn(this.exact(sql).get([]));
  }

  /** The first after a position and up to another, of those that are not among the given. */
  firstBetween(after: LogPosition, through: LogPosition, given: ReadonlySet<string>): number | undefined {
    const sql = `SELECT commit_place, prepare_place, log FROM audit_events
      WHERE (commit_place, prepare_place) > (?, ?) AND (commit_place, prepare_place) <= (?, ?)`;
    const bounds = [after.commit, after.prepare, through.commit, through.prepare];
    for (const [commit, prepare, log] of this.exact(sql).all(bounds) as [bigint, bigint, bigint][]) {
      if (!given.has(placeName({ commit, prepare }))) return Number(log);
    }
    return undefined;
  }

  insertNodes(log: number, nodes: readonly MerkleNode[]): void {
    for (const { level, place, hash } of nodes) {
      this.run('INSERT INTO audit_nodes VALUES (?, ?, ?, ?)', [log, level, place, hash]);
    }
  }

  nodesOf(log: number): NodeLookup {
    const sql = 'SELECT hash FROM audit_nodes WHERE log = ? AND level = ? AND place = ?';
    return (level, place) => this.row<[Hash]>(sql, [log, level, place])![0];
  }

  insertHead(log: number, { number, size, hash }: HeadRow): void {
    this.run('INSERT INTO audit_heads VALUES (?, ?, ?, ?)', [log, number, size, hash]);
  }

  head(log: number, number: number): HeadRow | undefined {
    const sql = 'SELECT size, hash FROM audit_heads WHERE log = ? AND number = ?';
    const row = this.row<[number, Hash]>(sql, [log, number]);
    return row && { number, size: row[0], hash: row[1] };
  }

  /** How many heads are of fewer events. */
  headsBelow(log: number, size: number): number {
    const sql = 'SELECT min(number) FROM audit_heads WHERE log = ? AND size >= ?';
    return this.row<[number | null]>(sql, [log, size])![0] ?? this.headCount(log);
  }

  private headCount(log: number): number {
    return this.row<[number]>('SELECT heads FROM audit_logs WHERE log = ?', [log])![0];
  }

  private run(sql: string, values: readonly unknown[]): void {
    this.statement(sql).run([...values]);
  }

  private row<T>(sql: string, values: readonly unknown[]): T | undefined {
    return this.statement(sql)
      .raw()
      .get([...values]) as T | undefined;
  }

  private rows<T>(sql: string, values: readonly unknown[]): T[] {
    return this.statement(sql)
      .raw()
      .all([...values]) as T[];
  }

  /** With whole numbers as bigints: places in an EventStoreDB may be greater than what a number holds. */
  private exact(sql: string): Statement {
    return this.statement(sql).safeIntegers(true).raw();
  }

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.db.prepare<unknown[]>(sql)));
    return statement;
  }
}

export function placeName({ commit, prepare }: LogPosition): string {
  return `${commit}/${prepare}`;
}

function toLog(row: unknown): LogRow | undefined {
  if (row === undefined) return undefined;
  const [log, size, heads, unsignedSince, problem] = row as [
    number,
    number,
    number,
    number | null,
    string | null,
  ];
  return { log, size, heads, unsignedSince, problem };
}

function positionIn(row: unknown): LogPosition | undefined {
  if (row === undefined) return undefined;
  const [commit, prepare] = row as [bigint, bigint];
  return { commit, prepare };
}

function nameOf(organizationId: string | null): string {
  return organizationId ?? '';
}

function organizationOf(name: string): string | null {
  return name === '' ? null : name;
}
