import { comparePositions, type LogPosition } from '@keyward/contracts/lean';
import type { RecordedEvent } from '@keyward/event-store';
import type Database from 'libsql';
import type { AuditLogState } from '../log/audit-log.js';
import { AUDITED_STREAM_PREFIXES } from '../log/audited-streams.js';
import { HEADS_STREAM_PREFIX } from '../log/heads-stream.js';
import { consistencyProof, inclusionProof, rootOfTree, type NodeLookup } from '../merkle/proofs.js';
import type { Hash } from '../merkle/tree-hash.js';
import { LedgerTables, type LogRow } from './ledger-tables.js';
import { LedgerWriter, stateAt } from './ledger-writer.js';

/** What a ledger can be asked for over a distance; see {@link AuditLedger}. */
export const LEDGER_CALLS = [
  'recheck',
  'rechecked',
  'last',
  'isKnown',
  'contradict',
  'state',
  'inclusion',
  'consistency',
  'indexAt',
  'summary',
] as const;

export type LedgerCall = (typeof LEDGER_CALLS)[number];

/** A ledger that is elsewhere. */
export type RemoteLedger = {
  readonly [C in LedgerCall]: (...args: Parameters<AuditLedger[C]>) => Promise<ReturnType<AuditLedger[C]>>;
};

/** What a subscription asks for to feed a ledger. */
export const LEDGER_STREAM_PREFIXES: readonly string[] = [...AUDITED_STREAM_PREFIXES, HEADS_STREAM_PREFIX];

/** Of one log; its events by index 0, 1, 2 ..., its heads by number 0, 1, 2 ... Hashes are hex. */
export interface LedgerState {
  /** As it is now, or was at the size asked for. */
  readonly state: AuditLogState;
  readonly rootHash: string;
  /** Number of all heads. */
  readonly heads: number;
  /** Number of heads that are of fewer events than the state. */
  readonly headsBelow: number;
  /** Hash of the last of these. */
  readonly previousHeadHash: string | null;
  /** Where the event log contradicts what was signed or seen before, as a sentence; null where it does not. */
  readonly problem: string | null;
}

export interface LedgerInclusion {
  readonly position: LogPosition;
  /** What the event's line names. */
  readonly previousHash: string | null;
  readonly leafHash: string;
  readonly rootHash: string;
  readonly proof: readonly string[];
}

export interface LedgerConsistency {
  readonly firstRootHash: string;
  readonly rootHash: string;
  readonly proof: readonly string[];
}

export interface LedgerSummary {
  /** Logs longest without a head for their last events, the longest first; `since` in milliseconds since 1970. */
  readonly unsigned: readonly { readonly organizationId: string | null; readonly since: number }[];
  /** Logs that are contradicted; organizationId is undefined where it is the whole event log. */
  readonly problems: readonly {
    readonly organizationId: string | null | undefined;
    readonly problem: string;
  }[];
  /** When the event log was last compared with the ledger, from its beginning; milliseconds since 1970, 0: never. */
  readonly checkedAt: number;
}

/**
 * What the audit logs have come to, in tables of a SQLite file: leaf hashes, full subtrees, and the heads that were stored. It
 * is made of the event log and can be made anew from it; what it finds contradicted on the way it keeps in mind, until the file is
 * deleted. On the thread that calls it, within transactions of the caller.
 */
export class AuditLedger {
  private readonly tables: LedgerTables;
  private readonly writer: LedgerWriter;

  /** @param db with the tables of `prepareLedger` */
  constructor(
    db: Database.Database,
    private readonly storeId: string,
  ) {
    this.tables = new LedgerTables(db);
    this.writer = new LedgerWriter(this.tables, storeId);
  }

  /** Takes what follows in the log, up to a position. What is here already is passed over. */
  apply(events: readonly RecordedEvent[], through: LogPosition): void {
    if (this.tables.meta('problem') !== undefined) return;
    const checkpoint = this.checkpoint();
    this.writer.take(events.filter(({ position }) => comparePositions(position, checkpoint) > 0));
    if (comparePositions(through, checkpoint) <= 0) return;
    this.tables.setMeta('commit_place', String(through.commit));
    this.tables.setMeta('prepare_place', String(through.prepare));
  }

  /**
   * Compares what the log holds now with what was taken, from its beginning on, batch by batch.
   * @param after where the batch before ended
   * @param through where this one ends; no event between the two is left out
   */
  recheck(events: readonly RecordedEvent[], after: LogPosition, through: LogPosition): void {
    const checkpoint = this.checkpoint();
    const isKnown = (position: LogPosition): boolean => comparePositions(position, checkpoint) <= 0;
    const known = events.filter(({ position }) => isKnown(position));
    this.writer.compare(known, after, isKnown(through) ? through : checkpoint);
  }

  /** The whole log was compared. */
  rechecked(time: Date): void {
    this.tables.setMeta('checked_at', String(time.getTime()));
  }

  /** Where the last event or head stood, and how far the log was read; null while nothing is here. */
  last(): { readonly position: LogPosition; readonly checkpoint: LogPosition } | null {
    const position = this.tables.lastPosition();
    return position ? { position, checkpoint: this.checkpoint() } : null;
  }

  /** Whether an event of the log is what was taken from that place. */
  isKnown(event: RecordedEvent): boolean {
    return this.writer.isKnown(event);
  }

  /** From now on nothing is taken any more, and every log has this problem. */
  contradict(problem: string): void {
    if (this.tables.meta('problem') === undefined) this.tables.setMeta('problem', problem);
  }

  /** Null when the log has fewer events. */
  state(organizationId: string | null, size?: number): LedgerState | null {
    const row = this.tables.logOf(organizationId) ?? NO_LOG;
    const at = size ?? row.size;
    if (at > row.size) return null;
    const headsBelow = row.log === NO_LOG.log ? 0 : this.tables.headsBelow(row.log, at);
    const before = headsBelow === 0 ? undefined : this.tables.head(row.log, headsBelow - 1);
    return {
      state: stateAt(this.tables, { storeId: this.storeId, organizationId }, row, at),
      rootHash: hex(rootOfTree(at, this.nodes(row))),
      heads: row.heads,
      headsBelow,
      previousHeadHash: before ? hex(before.hash) : null,
      problem: this.tables.meta('problem') ?? row.problem,
    };
  }

  /** That an event is in the log of so many events; null when the log has fewer, or no such event. */
  inclusion(organizationId: string | null, index: number, size: number): LedgerInclusion | null {
    const row = this.tables.logOf(organizationId);
    if (!row || size > row.size || index >= size) return null;
    const nodes = this.nodes(row);
    return {
      position: this.tables.positionOf(row.log, index)!,
      previousHash: index === 0 ? null : hex(nodes(0, index - 1)),
      leafHash: hex(nodes(0, index)),
      rootHash: hex(rootOfTree(size, nodes)),
      proof: inclusionProof({ index, size }, nodes).map(hex),
    };
  }

  /** That the log of `size` events begins with that of `firstSize`; null when it has fewer, or `firstSize` is none. */
  consistency(organizationId: string | null, firstSize: number, size: number): LedgerConsistency | null {
    const row = this.tables.logOf(organizationId);
    if (!row || size > row.size || firstSize > size || firstSize === 0) return null;
    const nodes = this.nodes(row);
    return {
      firstRootHash: hex(rootOfTree(firstSize, nodes)),
      rootHash: hex(rootOfTree(size, nodes)),
      proof: consistencyProof({ firstSize, size }, nodes).map(hex),
    };
  }

  /** Which of the log's events stands at a position of the event log; null when none does. */
  indexAt(organizationId: string | null, position: LogPosition): number | null {
    const found = this.tables.at(position);
    const isOfLog = found !== undefined && found.log === this.tables.logOf(organizationId)?.log;
    return isOfLog && found.place >= 0 ? found.place : null;
  }

  /** @param limit of logs in either list */
  summary(limit: number): LedgerSummary {
    const all = this.tables.meta('problem');
    return {
      unsigned: all === undefined ? this.tables.unsigned(limit) : [],
      problems:
        all === undefined ? this.tables.problems(limit) : [{ organizationId: undefined, problem: all }],
      checkedAt: Number(this.tables.meta('checked_at')),
    };
  }

  private checkpoint(): LogPosition {
    const read = (name: string): bigint => BigInt(this.tables.meta(name)!);
    return { commit: read('commit_place'), prepare: read('prepare_place') };
  }

  private nodes({ log }: LogRow): NodeLookup {
    return this.tables.nodesOf(log);
  }
}

const NO_LOG: LogRow = { log: -1, size: 0, heads: 0, unsignedSince: null, problem: null };

function hex(hash: Hash): string {
  return hash.toString('hex');
}
