import type { EncodedAppend } from '../append-rules.js';
import type { Connection } from './connection.js';
import type { WireError, WrittenAppend } from './protocol.js';

/** The log refuses, and has written nothing of this append. Everything else thrown is a failure of the store. */
export class Refusal extends Error {
  constructor(readonly wire: WireError) {
    super(wire.message);
  }
}

interface StreamState {
  /** Last revision, or -1. */
  readonly head: number;
  readonly maxCount: number | null;
  readonly deleted: boolean;
}

/** The statements of the log, for use inside a transaction that somebody else begins and commits. */
export class LogTables {
  /** Whether bytes of removed events may still lie in the write-ahead log. */
  removedSomething = false;

  private readonly state;
  private readonly insert;
  private readonly idsFrom;
  private readonly revisionOfId;
  private readonly trim;
  private readonly removeAll;
  private readonly rule;
  private readonly forgetRule;
  private readonly sequence;

  constructor(db: Connection) {
    const prepare = (sql: string) => db.prepare<unknown[]>(sql);
    this.state = prepare(
      `SELECT (SELECT max(revision) FROM events WHERE stream = ?1), rule.max_count, rule.deleted
         FROM (SELECT 1) LEFT JOIN stream_rules AS rule ON rule.stream = ?1`,
    ).raw();
    this.insert = prepare(
      `INSERT INTO events (stream, revision, type, id, recorded_at, metadata, data) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.idsFrom = prepare(
      'SELECT id, revision, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
    ).raw();
    this.revisionOfId = prepare('SELECT min(revision) FROM events WHERE id = ? AND stream = ?').raw();
    this.trim = prepare('DELETE FROM events WHERE stream = ? AND revision <= ?');
    this.removeAll = prepare('DELETE FROM events WHERE stream = ?');
    this.rule = prepare(
      `INSERT INTO stream_rules (stream, max_count, deleted) VALUES (?, ?, ?)
         ON CONFLICT (stream) DO UPDATE SET max_count = excluded.max_count, deleted = excluded.deleted`,
    );
    this.forgetRule = prepare('DELETE FROM stream_rules WHERE stream = ?');
    this.sequence = prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").raw();
  }

  /** The last position ever given, also when its event has been deleted since; 0 in an empty log. */
  head(): number {
    return (this.sequence.get([]) as [number] | undefined)?.[0] ?? 0;
  }

  /** @throws Refusal WRONG_EXPECTED_REVISION or STREAM_DELETED, before anything is written. */
  append(append: EncodedAppend, recordedAt: number): WrittenAppend {
    const { stream } = append;
    const state = this.stateOf(stream);
    if (state.deleted) throw deletedRefusal(stream);
    const earlier = this.findRetried(append, state.head);
    if (earlier) return earlier;
    if (!isExpected(append.expectedRevision, state.head)) throw mismatchRefusal(append, state.head);
    let revision = state.head;
    let position = 0;
    for (const { type, id, metadata, data } of append.events) {
      revision += 1;
      const row = this.insert.run([stream, revision, type, id, recordedAt, metadata, data]);
      position = Number(row.lastInsertRowid);
    }
    if (state.maxCount !== null) this.trimTo(stream, revision, state.maxCount);
    return { revision, position };
  }

  deleteStream(stream: string): void {
    const { head, deleted } = this.stateOf(stream);
    if (deleted) return;
    if (head < 0) {
      this.forgetRule.run([stream]);
      return;
    }
    this.removeAll.run([stream]);
    this.rule.run([stream, null, 1]);
    this.removedSomething = true;
  }

  /** @throws Refusal STREAM_DELETED */
  setMaxCount(stream: string, maxCount: number): void {
    const { head, deleted } = this.stateOf(stream);
    if (deleted) throw deletedRefusal(stream);
    this.rule.run([stream, maxCount, 0]);
    this.trimTo(stream, head, maxCount);
  }

  private stateOf(stream: string): StreamState {
    const row = this.state.get([stream]) as [number | null, number | null, number | null];
    return { head: row[0] ?? -1, maxCount: row[1], deleted: row[2] === 1 };
  }

  private trimTo(stream: string, head: number, maxCount: number): void {
    const { changes } = this.trim.run([stream, head - maxCount]);
    if (changes > 0) this.removedSomething = true;
  }

  /** Where this very append already lies, if it does. */
  private findRetried(append: EncodedAppend, head: number): WrittenAppend | undefined {
    if (head < 0) return undefined;
    const { stream, expectedRevision: expected, events } = append;
    const from = typeof expected === 'bigint' ? Number(expected) + 1 : this.startOfRetried(append);
    if (from === undefined || from > head) return undefined;
    const found = this.idsFrom.all([stream, from, events.length]) as IdRow[];
    if (isSame(found, events)) {
      const [, revision, position] = found.at(-1)!;
      return { revision, position };
    }
    // By the first id alone it was found: the rest differs, so it is neither a retry nor something new.
    if (expected === 'any' || expected === 'stream_exists') throw mismatchRefusal(append, head);
    return undefined;
  }

  private startOfRetried({ stream, expectedRevision, events }: EncodedAppend): number | undefined {
    if (expectedRevision === 'no_stream') return 0;
    const [revision] = this.revisionOfId.get([events[0]!.id, stream]) as [number | null];
    return revision ?? undefined;
  }
}

/** id, revision, position */
type IdRow = [string, number, number];

function isSame(found: readonly IdRow[], events: EncodedAppend['events']): boolean {
  return found.length === events.length && found.every(([id], index) => id === events[index]!.id);
}

function isExpected(expected: EncodedAppend['expectedRevision'], head: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return head < 0;
  if (expected === 'stream_exists') return head >= 0;
  return Number(expected) === head;
}

function deletedRefusal(stream: string): Refusal {
  return new Refusal({
    code: 'STREAM_DELETED',
    message: `stream ${stream} was deleted and cannot be written again`,
  });
}

function mismatchRefusal({ stream, expectedRevision: expected }: EncodedAppend, head: number): Refusal {
  const actual = head < 0 ? 'no_stream' : BigInt(head);
  return new Refusal({
    code: 'WRONG_EXPECTED_REVISION',
    message: `stream ${stream} is at ${actual}`,
    mismatch: { stream, expected, actual },
  });
}
