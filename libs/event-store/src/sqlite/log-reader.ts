import { toPosition, type LogScan } from '../embedded/follow-log.js';
import type { EventFilter, JsonObject, ReadAllOptions, RecordedEvent } from '../event-store.port.js';
import { openForReading, type Connection } from './connection.js';

type Row = readonly [
  position: number,
  stream: string,
  revision: number,
  type: string,
  id: string,
  recordedAt: number,
  metadata: string,
  data: string,
];

const COLUMNS = 'position, stream, revision, type, id, recorded_at, metadata, data';

/** Events per page, and what a page should weigh: together they bound how long a read holds the event loop. */
const MAX_PAGE_EVENTS = 500;
const FIRST_PAGE_EVENTS = 100;
const PAGE_CHARACTERS = 2_000_000;
/** Positions looked at in one go when a filter may pass over most of them. */
const FILTER_WINDOW = 5_000;

export type Direction = NonNullable<ReadAllOptions['direction']>;

/** How many events the next page may hold. One per pass over the log: it learns from the pages of that pass. */
export class PageSize {
  private size = FIRST_PAGE_EVENTS;

  get events(): number {
    return this.size;
  }

  observe(events: number, characters: number): void {
    const average = Math.max(1, characters / Math.max(1, events));
    const fitting = Math.floor(PAGE_CHARACTERS / average);
    this.size = Math.max(1, Math.min(MAX_PAGE_EVENTS, this.size * 2, fitting));
  }
}

/** Where a page lies: both bounds inclusive. */
export interface PageBounds {
  readonly first: number;
  readonly last: number;
  readonly direction: Direction;
}

/** The reading connection. Every query is run to its end at once, so no read transaction ever stays open. */
export class LogReader {
  private readonly db: Connection;
  private readonly statements = new Map<string, ReturnType<Connection['prepare']>>();

  constructor(file: string) {
    this.db = openForReading(file);
  }

  /** The last position ever given; 0 in an empty log. */
  head(): number {
    const row = this.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get([]);
    return (row as [number] | undefined)?.[0] ?? 0;
  }

  /** Revision of the last event that a stream holds; -1 when it holds none. */
  lastRevision(stream: string): number {
    const row = this.prepare('SELECT max(revision) FROM events WHERE stream = ?').get([stream]);
    return (row as [number | null])[0] ?? -1;
  }

  /** One page of a stream, by revision. */
  streamPage(stream: string, { first, last, direction }: PageBounds, size: PageSize): RecordedEvent[] {
    const order = direction === 'forwards' ? 'ASC' : 'DESC';
    const sql =
      `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? AND revision <= ? ` +
      `ORDER BY revision ${order} LIMIT ?`;
    return this.page(sql, [stream, first, last, size.events], size);
  }

  /** One page of the whole log, by position. */
  logPage(
    { first, last, direction }: PageBounds,
    filter: EventFilter | undefined,
    size: PageSize,
  ): RecordedEvent[] {
    const order = direction === 'forwards' ? 'ASC' : 'DESC';
    const { sql: condition, values } = filterSql(filter);
    const sql =
      `SELECT ${COLUMNS} FROM events WHERE position >= ? AND position <= ?${condition} ` +
      `ORDER BY position ${order} LIMIT ?`;
    return this.page(sql, [first, last, ...values, size.events], size);
  }

  /** A bounded look at what comes after a position, up to the head. */
  scan(
    { after, head }: { after: number; head: number },
    filter: EventFilter | undefined,
    size: PageSize,
  ): LogScan {
    if (after >= head) return { events: [], through: after, head };
    const last = filter ? Math.min(head, after + FILTER_WINDOW) : head;
    const limit = size.events;
    const events = this.logPage({ first: after + 1, last, direction: 'forwards' }, filter, size);
    const through = events.length < limit ? last : Number(events.at(-1)!.position.commit);
    return { events, through, head };
  }

  close(): void {
    this.db.close();
  }

  private page(sql: string, values: readonly unknown[], size: PageSize): RecordedEvent[] {
    const rows = this.prepare(sql).all(values) as Row[];
    let characters = 0;
    const events = rows.map((row) => {
      characters += row[6].length + row[7].length;
      return toEvent(row);
    });
    if (rows.length > 0) size.observe(rows.length, characters);
    return events;
  }

  private prepare(sql: string): ReturnType<Connection['prepare']> {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql).raw();
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** The window of positions that one filtered look may pass over. */
export function windowOf(bounds: PageBounds, filter: EventFilter | undefined): PageBounds {
  if (!filter) return bounds;
  const { first, last, direction } = bounds;
  if (direction === 'forwards') return { first, last: Math.min(last, first + FILTER_WINDOW - 1), direction };
  return { first: Math.max(first, last - FILTER_WINDOW + 1), last, direction };
}

function filterSql(filter: EventFilter | undefined): { sql: string; values: readonly string[] } {
  const { streamPrefixes, eventTypes } = filter ?? {};
  let sql = '';
  // instr and not LIKE or GLOB: in those `_`, `*` and case mean something.
  if (streamPrefixes) sql += ` AND (${streamPrefixes.map(() => 'instr(stream, ?) = 1').join(' OR ') || '0'})`;
  if (eventTypes) sql += ` AND type IN (${eventTypes.map(() => '?').join(', ')})`;
  return { sql, values: [...(streamPrefixes ?? []), ...(eventTypes ?? [])] };
}

let lastMetadata = { text: '{}', parsed: {} as JsonObject };

/** Events mostly have the same metadata as the one before; readers share what was parsed and change nothing in it. */
function parseMetadata(text: string): JsonObject {
  if (text !== lastMetadata.text) lastMetadata = { text, parsed: JSON.parse(text) as JsonObject };
  return lastMetadata.parsed;
}

function toEvent(row: Row): RecordedEvent {
  return {
    id: row[4],
    type: row[3],
    data: JSON.parse(row[7]) as JsonObject,
    metadata: parseMetadata(row[6]),
    stream: row[1],
    revision: BigInt(row[2]),
    position: toPosition(row[0]),
    recordedAt: new Date(row[5]),
  };
}
