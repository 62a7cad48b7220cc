import { encodePosition, type LogPosition } from '@keyward/contracts/lean';
import type { RecordedEvent } from '@keyward/event-store';
import { headHash, type Head } from '../head/head.js';
import { AuditLog, eventLine, type AuditLogState } from '../log/audit-log.js';
import { logOfStream, type LogIdentity } from '../log/audited-streams.js';
import { logOfHeadsStream } from '../log/heads-stream.js';
import { rootOfTree, subtreesOf } from '../merkle/proofs.js';
import { leafHash } from '../merkle/tree-hash.js';
import { placeName, type LedgerTables, type LogRow } from './ledger-tables.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A log that events are being put into: of each at most one at a time. */
interface OpenLog {
  readonly row: Writable<LogRow>;
  readonly log: AuditLog;
}

/** Head number n is at this place of its log. */
const placeOfHead = (number: number): number => -1 - number;

/** Puts events and heads into the tables, and compares them with what was put there. */
export class LedgerWriter {
  constructor(
    private readonly tables: LedgerTables,
    private readonly storeId: string,
  ) {}

  /** In log order, each for the first time. */
  take(events: readonly RecordedEvent[]): void {
    const opened = new Map<string | null, OpenLog>();
    for (const event of events) {
      const [owner, isHead] = ownerOf(event);
      if (owner === undefined) continue;
      const open = opened.get(owner.organizationId) ?? this.open(owner.organizationId);
      opened.set(owner.organizationId, open);
      if (isHead) this.takeHead(open, event);
      else this.takeEvent(open, event);
    }
    for (const { row } of opened.values()) this.tables.updateLog(row);
  }

  /** @param after exclusive @param through inclusive: everything of the log between the two is given */
  compare(events: readonly RecordedEvent[], after: LogPosition, through: LogPosition): void {
    for (const event of events) {
      const [owner, isHead] = ownerOf(event);
      if (owner === undefined || this.isKnown(event)) continue;
      const row = this.tables.logOf(owner.organizationId) ?? this.tables.insertLog(owner.organizationId);
      const what = isHead ? 'A head of the audit log' : 'An event of the audit log';
      this.note(row, `${what} was altered, moved or put into the event log after it had been read.`);
    }
    const given = new Set(
      events.filter((event) => this.isInPlace(event)).map(({ position }) => placeName(position)),
    );
    const gone = this.tables.firstBetween(after, through, given);
    const row = gone === undefined ? undefined : this.tables.logBy(gone);
    if (row) this.note(row, 'An event or a head of the audit log is in the event log no more.');
  }

  /** Whether it stands where an event of the same log stood; as it was or altered. */
  private isInPlace(event: RecordedEvent): boolean {
    const [owner] = ownerOf(event);
    const log = owner && this.tables.logOf(owner.organizationId)?.log;
    return log !== undefined && this.tables.at(event.position)?.log === log;
  }

  isKnown(event: RecordedEvent): boolean {
    const [owner, isHead] = ownerOf(event);
    const log = owner && this.tables.logOf(owner.organizationId)?.log;
    const found = this.tables.at(event.position);
    if (log === undefined || found?.log !== log) return false;
    return isHead ? this.isKnownHead(event, found) : this.isKnownEvent(event, found);
  }

  private isKnownEvent(event: RecordedEvent, { log, place }: { log: number; place: number }): boolean {
    if (place < 0) return false;
    const nodes = this.tables.nodesOf(log);
    const previousHash = place === 0 ? null : nodes(0, place - 1).toString('hex');
    const line = eventLine(event, { storeId: this.storeId, index: place, previousHash });
    return leafHash(line).equals(nodes(0, place));
  }

  private isKnownHead(event: RecordedEvent, { log, place }: { log: number; place: number }): boolean {
    const number = Number(event.revision);
    const head = headIn(event);
    const known = this.tables.head(log, number);
    return place === placeOfHead(number) && known?.hash.toString('hex') === (head && headHash(head));
  }

  private open(organizationId: string | null): OpenLog {
    const row = this.tables.logOf(organizationId) ?? this.tables.insertLog(organizationId);
    const identity = { storeId: this.storeId, organizationId };
    return { row: { ...row }, log: AuditLog.resume(stateAt(this.tables, identity, row)) };
  }

  private takeEvent({ row, log }: OpenLog, event: RecordedEvent): void {
    const { index, nodes } = log.append(event);
    this.tables.insertEvent(row.log, index, event.position);
    this.tables.insertNodes(row.log, nodes);
    row.size = log.size;
    row.unsignedSince ??= event.recordedAt.getTime();
  }

  private takeHead(open: OpenLog, event: RecordedEvent): void {
    const { row } = open;
    const number = Number(event.revision);
    const head = headIn(event);
    row.problem ??= this.problemOf(open, head, number);
    if (!head || number !== row.heads) return;
    this.tables.insertEvent(row.log, placeOfHead(number), event.position);
    this.tables.insertHead(row.log, { number, size: head.size, hash: Buffer.from(headHash(head), 'hex') });
    row.heads = number + 1;
    row.unsignedSince = head.size < row.size ? event.recordedAt.getTime() : null;
  }

  private problemOf({ row }: OpenLog, head: Head | undefined, number: number): string | null {
    if (!head) return `What is stored as head ${number} is no head.`;
    if (number < row.heads) return `Head ${number} is stored for the second time: the chain was begun anew.`;
    if (number > row.heads) return `Head ${row.heads} is missing before head ${number}.`;
    if (head.previousHeadHash !== this.hashOfHead(row, number - 1))
      return `Head ${number} does not follow the head before it.`;
    if (head.size > row.size) return `Head ${number} is of ${head.size} events; the log has ${row.size}.`;
    const root = rootOfTree(head.size, this.tables.nodesOf(row.log)).toString('hex');
    return head.rootHash === root
      ? null
      : `The first ${head.size} events are not those that head ${number} is of.`;
  }

  private hashOfHead({ log }: LogRow, number: number): string | null {
    return this.tables.head(log, number)?.hash.toString('hex') ?? null;
  }

  private note(row: LogRow, problem: string): void {
    if (row.problem === null) this.tables.updateLog({ ...row, problem });
  }
}

/** How far a log has come, or had come at a size. */
export function stateAt(
  tables: LedgerTables,
  identity: LogIdentity,
  { log, size: all }: LogRow,
  size = all,
): AuditLogState {
  const nodes = tables.nodesOf(log);
  const position = size === 0 ? undefined : tables.positionOf(log, size - 1);
  return {
    ...identity,
    size,
    range: subtreesOf(size, nodes).map((each) => each.toString('hex')),
    lastHash: size === 0 ? null : nodes(0, size - 1).toString('hex'),
    position: position ? encodePosition(identity.storeId, position) : null,
  };
}

/** In whose log it belongs, and whether it is a head. */
function ownerOf({ stream }: RecordedEvent): readonly [ReturnType<typeof logOfStream>, boolean] {
  const ofHeads = logOfHeadsStream(stream);
  return ofHeads ? [ofHeads, true] : [logOfStream(stream), false];
}

/** As far as the ledger looks at it; signatures are looked at before the chain is continued. */
function headIn({ data }: RecordedEvent): Head | undefined {
  const head = data['head'] as Partial<Head> | undefined;
  const isHead = typeof head?.rootHash === 'string' && Number.isSafeInteger(head.size) && head.size! >= 0;
  return isHead ? (head as Head) : undefined;
}
