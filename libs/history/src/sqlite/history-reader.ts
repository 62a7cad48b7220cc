import type { LogPosition } from '@keyward/contracts';
import { organizationStream, type KeysHandedOut } from '@keyward/domain';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import type Database from 'libsql';
import type {
  HistoryEntry,
  HistoryFilter,
  HistoryQuery,
  LastEntriesQuery,
  NamedKey,
} from '../history-index.port.js';
import type { HistoryKind } from '../history-kind.js';
import { RolloutTables, type Turn } from './rollout-tables.js';

type Row = readonly [
  seq: bigint,
  commit: bigint,
  prepare: bigint,
  kind: string,
  stream: string,
  revision: bigint,
  type: string,
  id: string,
  recordedAt: bigint,
  metadata: string,
  data: string,
  keyId: string | null,
  lastFour: string | null,
  credentialKind: string | null,
  setAt: string | null,
  setBy: string | null,
];

const SELECT = `
  SELECT seq, commit_place, prepare_place, kind, stream, revision, type, id, recorded_at, metadata, data,
         events.key_id, last_four, credential_kind, set_at, set_by
    FROM events LEFT JOIN keys ON keys.key_id = events.key_id`;

/** What the rollout is to an organization: when it was registered, and each turn since then. */
interface RolloutOf {
  readonly registered: bigint | null;
  readonly inAtFirst: boolean;
  readonly turns: readonly Turn[];
}

const OUT: RolloutOf = { registered: null, inAtFirst: false, turns: [] };

/** What was read is in no other list, and an index that leaves it out is taken only where a search does too. */
const NOT_READS: Condition = { sql: "kind <> 'read'", values: [] };

/** A part of a WHERE with what it compares with. */
interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** The reading side of the tables. */
export class HistoryReader {
  private readonly rollouts: RolloutTables;
  private readonly statements = new Map<string, Database.Statement<unknown[]>>();

  constructor(private readonly db: Database.Database) {
    this.rollouts = new RolloutTables(db);
  }

  /** As many entries as the limit, and one more if there is one. */
  read(query: HistoryQuery): HistoryEntry[] {
    const rollout = this.rolloutOf(query.organizationId);
    const { turns } = rollout;
    const narrow = [...conditionsOf(query), ...this.beyond(query)];
    const own = this.page([{ sql: 'organization = ?', values: [query.organizationId] }, ...narrow], query);
    const rollouts = turns.length === 0 ? [] : this.page([isOneOf(turns), ...narrow], query);
    return inOrder([...own, ...rollouts], query)
      .slice(0, query.limit + 1)
      .map((row) => narrowed(toEntry(row, rollout), query));
  }

  /** A history begins with the registration: what the rollout was before is part of that. */
  private rolloutOf(organizationId: string): RolloutOf {
    const sql = 'SELECT min(seq) FROM events WHERE stream = ?';
    const [row] = this.all<readonly [bigint | null]>(sql, [organizationStream(organizationId)]);
    const registered = row?.[0] ?? null;
    if (registered === null) return OUT;
    const turns = this.rollouts.turnsOf(organizationId);
    const later = turns.filter(({ seq }) => BigInt(seq) > registered);
    const inAtFirst = turns[turns.length - later.length - 1]?.inRollout ?? false;
    return { registered, inAtFirst, turns: later };
  }

  lastOfEach({ organizationId, slots, at }: LastEntriesQuery): HistoryEntry[] {
    const every = [
      { sql: 'organization = ?', values: [organizationId] },
      // What was refused or read says nothing of how things stand.
      { sql: "kind <> 'refused'", values: [] },
      NOT_READS,
      ...(at === undefined ? [] : [isAtOrBefore(at)]),
    ];
    const selects = partsOf(slots).map((part) => [...every, ...part]);
    const lasts = selects.map(
      (conditions) => `SELECT max(seq) FROM events WHERE ${all(conditions)} GROUP BY stream`,
    );
    const sql = `${SELECT} WHERE seq IN (${lasts.join(' UNION ALL ')}) ORDER BY seq`;
    return this.all<Row>(sql, valuesOf(selects.flat())).map((row) => toEntry(row, OUT));
  }

  isKnown(organizationId: string): boolean {
    const stream = organizationStream(organizationId);
    return this.all('SELECT 1 FROM events WHERE stream = ? LIMIT 1', [stream]).length > 0;
  }

  last(): RecordedEvent | undefined {
    const [row] = this.all<Row>(`${SELECT} ORDER BY seq DESC LIMIT 1`, []);
    return row && toEvent(row);
  }

  private page(conditions: readonly Condition[], { order, limit }: HistoryQuery): Row[] {
    const direction = order === 'newest_first' ? 'DESC' : 'ASC';
    const sql = `${SELECT} WHERE ${all(conditions)} ORDER BY seq ${direction} LIMIT ?`;
    return this.all(sql, [...valuesOf(conditions), limit + 1]);
  }

  /** Where the page before ended, as a place among the rows. */
  private beyond({ after, order }: HistoryQuery): Condition[] {
    if (!after) return [];
    const isForwards = order !== 'newest_first';
    const sql = isForwards
      ? 'SELECT max(seq) FROM events WHERE (commit_place, prepare_place) <= (?, ?)'
      : 'SELECT min(seq) FROM events WHERE (commit_place, prepare_place) >= (?, ?)';
    const [row] = this.all<readonly [seq: bigint | null]>(sql, [after.commit, after.prepare]);
    const seq = row?.[0] ?? null;
    return seq === null ? [] : [{ sql: isForwards ? 'seq > ?' : 'seq < ?', values: [seq] }];
  }

  /** Integers as bigint: positions of EventStoreDB go beyond what a number holds. */
  private all<R>(sql: string, values: readonly unknown[]): R[] {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare<unknown[]>(sql).safeIntegers(true).raw();
      this.statements.set(sql, statement);
    }
    return statement.all([...values]) as R[];
  }
}

type Comparison = readonly [sql: string, value: unknown];

function conditionsOf({ projectId, integrationId, actor, kind, from, to }: HistoryFilter): Condition[] {
  const isOfReads = kind === 'read';
  const about = given([
    [isOfReads ? "value ->> 'projectId' = ?" : 'project = ?', projectId],
    [isOfReads ? "value ->> 'integrationId' = ?" : 'integration = ?', integrationId],
    [isOfReads ? "value ->> 'worker' = ?" : 'actor = ?', actor],
  ]);
  const rest = given([
    ['kind = ?', kind],
    ['occurred_at >= ?', from?.getTime()],
    ['occurred_at < ?', to?.getTime()],
  ]);
  if (!isOfReads) return [NOT_READS, ...about, ...rest];
  return about.length === 0 ? rest : [oneHandOutHas(about), ...rest];
}

function given(comparisons: readonly Comparison[]): Condition[] {
  return comparisons.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, values: [value] }]));
}

function oneHandOutHas(conditions: readonly Condition[]): Condition {
  const where = conditions.map(({ sql }) => sql).join(' AND ');
  return {
    sql: `EXISTS (SELECT 1 FROM json_each(data, '$.handOuts') WHERE ${where})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

/** Of what was read only what was asked for: one event has it for a whole organization. */
function narrowed(entry: HistoryEntry, { projectId, integrationId, actor }: HistoryFilter): HistoryEntry {
  if (entry.kind !== 'read') return entry;
  const { handOuts } = entry.event.data as unknown as KeysHandedOut['data'];
  const wanted = handOuts.filter(
    (handOut) =>
      handOut.projectId === (projectId ?? handOut.projectId) &&
      handOut.integrationId === (integrationId ?? handOut.integrationId) &&
      handOut.worker === (actor ?? handOut.worker),
  );
  return { ...entry, event: { ...entry.event, data: { ...entry.event.data, handOuts: wanted } } };
}

/** Conditions that between them let each stream through once; two, so that each has an index. */
function partsOf(slots: LastEntriesQuery['slots']): readonly (readonly Condition[])[] {
  if (slots === 'all') return [[]];
  const ofTenants = [{ sql: 'integration IS NULL', values: [] }];
  if (slots === 'none') return [ofTenants];
  return [ofTenants, [{ sql: 'integration = ?', values: [slots.integrationId] }]];
}

function isAtOrBefore(at: LogPosition | Date): Condition {
  return at instanceof Date
    ? { sql: 'recorded_at <= ?', values: [at.getTime()] }
    : { sql: '(commit_place, prepare_place) <= (?, ?)', values: [at.commit, at.prepare] };
}

function all(conditions: readonly Condition[]): string {
  return conditions.map(({ sql }) => sql).join(' AND ');
}

function valuesOf(conditions: readonly Condition[]): unknown[] {
  return conditions.flatMap(({ values }) => values);
}

function isOneOf(turns: readonly Turn[]): Condition {
  return {
    sql: 'seq IN (SELECT value FROM json_each(?))',
    values: [JSON.stringify(turns.map(({ seq }) => seq))],
  };
}

function inOrder(rows: readonly Row[], { order }: HistoryQuery): readonly Row[] {
  const sign = order === 'newest_first' ? -1 : 1;
  return rows.toSorted(([a], [b]) => sign * (a < b ? -1 : 1));
}

function toEntry(row: Row, rollout: RolloutOf): HistoryEntry {
  return {
    event: toEvent(row),
    kind: row[3] as HistoryKind,
    key: toKey(row),
    inRollout: inRolloutAfter(row[0], rollout),
  };
}

function inRolloutAfter(seq: bigint, { registered, inAtFirst, turns }: RolloutOf): boolean | null {
  if (seq === registered) return inAtFirst;
  return turns.find((turn) => BigInt(turn.seq) === seq)?.inRollout ?? null;
}

function toKey(row: Row): NamedKey | null {
  const [lastFour, credentialKind, setAt, setBy] = row.slice(12) as [string | null, string, string, string];
  if (credentialKind === null) return null;
  return { lastFour, credentialKind: credentialKind as NamedKey['credentialKind'], setAt, setBy };
}

function toEvent(row: Row): RecordedEvent {
  const [, commit, prepare, , stream, revision, type, id, recordedAt, metadata, data] = row;
  const position: LogPosition = { commit, prepare };
  return {
    position,
    stream,
    revision,
    type,
    id,
    recordedAt: new Date(Number(recordedAt)),
    metadata: JSON.parse(metadata) as JsonObject,
    data: JSON.parse(data) as JsonObject,
  };
}
