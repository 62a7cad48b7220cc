import {
  logOfStream,
  streamPrefixesOf,
  type AuditKeys,
  type ExportSource,
  type SignedHead,
} from '@keyward/audit';
import { comparePositions, decodePosition, type KeywardError, type LogPosition } from '@keyward/contracts';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import type { Clock } from '@keyward/runtime';
import { invalidRequest } from '../http/validation/violations.js';
import type { AuditLedgerReader } from './audit-ledger-reader.js';
import type { HeadChains } from './head-chains.js';

export interface AuditExportsParts {
  readonly events: EventStore;
  readonly ledger: AuditLedgerReader;
  readonly chains: HeadChains;
  readonly keys: AuditKeys;
  readonly clock: Clock;
}

export interface ExportRequest {
  /** Null: the platform's log. */
  readonly organizationId: string | null;
  /** Index of the first event. @defaultValue 0 */
  readonly first?: number;
}

/** What `exportLines` makes an export of; it ends where the log ended when it was opened. */
export type OpenedExport = ExportSource & {
  /** Index of the event after the last one: `size - from.size` events are in the export. */
  readonly size: number;
};

/** Where exports of the audit logs come from: the event log itself, held against the ledger before an export is closed. */
export class AuditExports {
  constructor(private readonly parts: AuditExportsParts) {}

  /**
   * Give the answer to `exportLines`: its lines come one by one as they are asked for, out of memory that does not grow with the
   * log. They are all the events of the log from `first` to now, in log order, with the state before and every head
   * of the chain that is of some of them. The closing head is signed when the last event has been read, and only if the events are
   * those that the ledger has: else `exportLines` throws AuditError LOG_ALTERED, and the export has no end.
   * An export that is given up must be ended (`return()`), else its reading of the log stays open.
   *
   * It costs one pass over the part of the event log that the export spans, whoever the events there belong to. Any error of
   * the event log comes out of the lines.
   *
   * @throws KeywardError UNKNOWN_ORGANIZATION; INVALID_REQUEST where `first` is beyond the log; UNAVAILABLE and STALE_READ_MODEL
   * while the ledger is behind; AUDIT_LOG_ALTERED where the log is contradicted already
   */
  async open({ organizationId, first = 0 }: ExportRequest): Promise<OpenedExport> {
    const { ledger, keys, clock } = this.parts;
    const [now, from] = await ledger.log(organizationId, first);
    if (!from) throw beyondTheLog(now.state.size);
    const { size } = now.state;
    return {
      from: from.state,
      size,
      previousHeadHash: from.previousHeadHash,
      events: this.events(organizationId, this.placeOf(from.state.position), size - first),
      heads: this.heads(organizationId, from.headsBelow),
      signer: keys.signer,
      now: () => clock.now(),
      expected: { size, rootHash: now.rootHash },
    };
  }

  private placeOf(position: string | null): LogPosition | undefined {
    return position === null ? undefined : decodePosition(this.parts.events.storeId, position);
  }

  private async *events(
    organizationId: string | null,
    after: LogPosition | undefined,
    count: number,
  ): AsyncGenerator<RecordedEvent> {
    const filter = { streamPrefixes: streamPrefixesOf(organizationId) };
    const isWanted = ({ stream, position }: RecordedEvent): boolean =>
      logOfStream(stream)?.organizationId === organizationId &&
      (after === undefined || comparePositions(position, after) > 0);
    let left = count;
    if (left === 0) return;
    for await (const event of this.parts.events.readAll({ from: after ?? 'start', filter })) {
      if (!isWanted(event)) continue;
      yield event;
      if (--left === 0) return;
    }
  }

  private async *heads(organizationId: string | null, number: number): AsyncGenerator<SignedHead> {
    for await (const { signed } of this.parts.chains.from(organizationId, number)) yield signed;
  }
}

function beyondTheLog(size: number): KeywardError {
  return invalidRequest([{ field: 'first', rule: `must be the index of an event: the log has ${size}` }]);
}
