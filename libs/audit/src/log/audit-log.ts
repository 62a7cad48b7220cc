import { comparePositions, decodePosition, encodePosition, type LogPosition } from '@keyward/contracts/lean';
import type { RecordedEvent } from '@keyward/event-store';
import { canonicalJson } from '../canonical/canonical-json.js';
import { MerkleRange, type MerkleNode } from '../merkle/merkle-range.js';
import { leafHash, type Hash } from '../merkle/tree-hash.js';
import { logOfStream, type LogIdentity } from './audited-streams.js';

/** How far a log has come: all that is needed to go on, a few hundred bytes of JSON whatever its size. Hashes are hex. */
export interface AuditLogState extends LogIdentity {
  /** Number of events. */
  readonly size: number;
  /** Roots of the full subtrees, the largest first. */
  readonly range: readonly string[];
  /** Leaf hash of the last event. */
  readonly lastHash: string | null;
  /** Of the last event, as a token. */
  readonly position: string | null;
}

/** One event's place in a log. */
export interface AuditRecord {
  /** 0, 1, 2 ... */
  readonly index: number;
  /** Its line in an export, without the line break: the bytes that are hashed. */
  readonly line: string;
  readonly leafHash: Hash;
  /** The full subtrees of the log's tree that it completes. */
  readonly nodes: readonly MerkleNode[];
}

/** The Merkle log of one organization, made event by event in the order of the event log. */
export class AuditLog {
  private readonly tree: MerkleRange;
  private lastHash: string | null;
  private position: LogPosition | null;

  private constructor(
    private readonly identity: LogIdentity,
    { size, range, lastHash, position }: Omit<AuditLogState, keyof LogIdentity>,
  ) {
    this.tree = new MerkleRange(
      size,
      range.map((hex) => Buffer.from(hex, 'hex')),
    );
    this.lastHash = lastHash;
    this.position = position === null ? null : decodePosition(identity.storeId, position);
  }

  static begin({ storeId, organizationId }: LogIdentity): AuditLog {
    return new AuditLog({ storeId, organizationId }, { size: 0, range: [], lastHash: null, position: null });
  }

  static resume({ storeId, organizationId, ...state }: AuditLogState): AuditLog {
    return new AuditLog({ storeId, organizationId }, state);
  }

  /**
   * Takes the next of the log's events; every one of them, whatever its type and schema version.
   * @throws Error for an event of another log, and for one that is not after the last: either would spoil the log.
   */
  append(event: RecordedEvent): AuditRecord {
    this.check(event);
    const index = this.tree.size;
    const line = eventLine(event, { storeId: this.identity.storeId, index, previousHash: this.lastHash });
    const hash = leafHash(line);
    const nodes = this.tree.append(hash);
    this.lastHash = hash.toString('hex');
    this.position = event.position;
    return { index, line, leafHash: hash, nodes };
  }

  get state(): AuditLogState {
    return {
      ...this.identity,
      size: this.tree.size,
      range: this.tree.subtrees.map((each) => each.toString('hex')),
      lastHash: this.lastHash,
      position: this.position && encodePosition(this.identity.storeId, this.position),
    };
  }

  get size(): number {
    return this.tree.size;
  }

  get rootHash(): Hash {
    return this.tree.root();
  }

  private check({ stream, position }: RecordedEvent): void {
    const { organizationId } = this.identity;
    if (logOfStream(stream)?.organizationId !== organizationId) {
      throw new Error(`stream ${stream} is not in the audit log of ${organizationId ?? 'the platform'}`);
    }
    if (this.position !== null && comparePositions(position, this.position) <= 0) {
      throw new Error(`stream ${stream}: the event is not after the last one of its audit log`);
    }
  }
}

/** What an event's line says besides the event. */
export interface EventPlace {
  readonly storeId: string;
  readonly index: number;
  readonly previousHash: string | null;
}

/** The canonical text of an event: made of what the event log holds and of the events before it, nothing else. */
export function eventLine(event: RecordedEvent, { storeId, index, previousHash }: EventPlace): string {
  const { id, type, stream, revision, data, metadata } = event;
  return canonicalJson({
    event: {
      data,
      id,
      index,
      metadata,
      position: encodePosition(storeId, event.position),
      previousHash,
      recordedAt: event.recordedAt.toISOString(),
      revision: Number(revision),
      stream,
      type,
    },
  });
}
