import { eventLine, leafHash } from '@keyward/audit';
import {
  InvalidPositionError,
  comparePositions,
  decodePosition,
  type KeywardError,
  type LogPosition,
} from '@keyward/contracts';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import { invalidRequest } from '../http/validation/violations.js';
import { altered, type AuditLedgerReader } from './audit-ledger-reader.js';

export interface InclusionRequest {
  /** Of the event; without it and a position, the last one of the tree. */
  readonly index: number | undefined;
  /** A token, in the place of the index. */
  readonly position: string | undefined;
  /** Number of events of the tree; undefined: all. */
  readonly size: number | undefined;
}

export interface ConsistencyRequest {
  readonly first: number;
  /** Undefined: all events. */
  readonly second: number | undefined;
}

/** Proofs that events are in the audit logs, and that later logs continue earlier ones. Hashes are hex. */
export class AuditProofs {
  constructor(
    private readonly events: EventStore,
    private readonly ledger: AuditLedgerReader,
  ) {}

  /** @throws KeywardError INVALID_REQUEST, UNKNOWN_ORGANIZATION, AUDIT_LOG_ALTERED, UNAVAILABLE, STALE_READ_MODEL */
  async inclusion(organizationId: string | null, request: InclusionRequest) {
    const [{ state }] = await this.ledger.log(organizationId, 0);
    const { size = state.size } = request;
    const index = await this.indexOf(organizationId, { ...request, size });
    const found = await this.ledger.ask((ledger) => ledger.inclusion(organizationId, index, size));
    if (!found)
      throw invalid(size > state.size ? 'size' : 'index', `does not fit: the log has ${state.size} events`);
    const { position, previousHash, leafHash: hash, rootHash, proof } = found;
    const line = await this.lineOf(position, { storeId: state.storeId, index, previousHash });
    if (line === undefined || leafHash(line).toString('hex') !== hash)
      throw altered(`Event ${index} of the log is not in the event log as it was before.`);
    return { index, size, line, leafHash: hash, rootHash, proof };
  }

  /** @throws KeywardError as {@link inclusion} */
  async consistency(organizationId: string | null, { first, second }: ConsistencyRequest) {
    const [{ state }] = await this.ledger.log(organizationId, 0);
    const size = second ?? state.size;
    const found = await this.ledger.ask((ledger) => ledger.consistency(organizationId, first, size));
    if (!found)
      throw invalid(size > state.size ? 'second' : 'first', `does not fit: the log has ${state.size} events`);
    const { firstRootHash, rootHash: secondRootHash, proof } = found;
    return { first, second: size, firstRootHash, secondRootHash, proof };
  }

  private async indexOf(
    organizationId: string | null,
    { index, position, size }: InclusionRequest & { readonly size: number },
  ): Promise<number> {
    if (position === undefined) return index ?? Math.max(0, size - 1);
    if (index !== undefined) throw invalid('position', 'stands in the place of "index": give one of the two');
    const place = this.placeOf(position);
    const found = await this.ledger.ask((ledger) => ledger.indexAt(organizationId, place));
    if (found === null) throw invalid('position', 'is not that of an event in this log');
    return found;
  }

  private placeOf(position: string): LogPosition {
    try {
      return decodePosition(this.events.storeId, position);
    } catch (error) {
      if (error instanceof InvalidPositionError) throw invalid('position', error.message);
      throw error;
    }
  }

  private async lineOf(
    position: LogPosition,
    place: Parameters<typeof eventLine>[1],
  ): Promise<string | undefined> {
    const event = await this.eventAt(position);
    return event && eventLine(event, place);
  }

  private async eventAt(position: LogPosition): Promise<RecordedEvent | undefined> {
    for await (const event of this.events.readAll({ from: position, maxCount: 1 }))
      return comparePositions(event.position, position) === 0 ? event : undefined;
    return undefined;
  }
}

function invalid(field: string, rule: string): KeywardError {
  return invalidRequest([{ field, rule }]);
}
