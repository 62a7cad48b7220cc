import type { RemoteLedger } from '@keyward/audit/lean';
import type { LogPosition } from '@keyward/contracts';
import type { SlotKey } from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import type { HistoryKind } from './history-kind.js';

/** An event of an organization's history. */
export interface HistoryEntry {
  /**
   * As the log holds it, but for a change of the rollout: there the lists of organizations are left out; and for what was
   * read: there those hand-outs are left out that were not asked for.
   */
  readonly event: RecordedEvent;
  readonly kind: HistoryKind;
  /** Of the key that the event names: what only the event that set it says. Null when it names none. */
  readonly key: NamedKey | null;
  /**
   * Of the registration, and of a change of the rollout: whether the organization is in from then on. Null for all
   * else. Of the rollout's changes those are here after which that is another than before.
   */
  readonly inRollout: boolean | null;
}

export type NamedKey = Pick<SlotKey, 'lastFour' | 'credentialKind' | 'setAt' | 'setBy'>;

/** Which entries are wanted. All conditions must hold; an absent one holds always. */
export interface HistoryFilter {
  readonly organizationId: string;
  readonly projectId?: string | undefined;
  readonly integrationId?: string | undefined;
  /** Subject of whoever did it; of what was read, the worker. */
  readonly actor?: string | undefined;
  /** Absent: every kind but `read`, of which there is much. */
  readonly kind?: HistoryKind | undefined;
  /** Inclusive; by the time at which it occurred. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
}

export interface HistoryQuery extends HistoryFilter {
  /** EXCLUSIVE: where the last page ended, in the order that is asked for. */
  readonly after?: LogPosition | undefined;
  /** @defaultValue 'oldest_first' */
  readonly order?: 'oldest_first' | 'newest_first' | undefined;
  readonly limit: number;
}

/** Everything here is as of one place of the log. */
export interface AsOfPosition {
  readonly position: LogPosition;
  /** Whether the organization was registered by then. */
  readonly known: boolean;
}

export interface HistoryPage extends AsOfPosition {
  readonly entries: readonly HistoryEntry[];
  /** Whether there are entries after the last of these. */
  readonly more: boolean;
}

/** Which streams of an organization are asked about, and as of when. It and its projects are always among them. */
export interface LastEntriesQuery {
  readonly organizationId: string;
  /** Of which integrations the slots are wanted. */
  readonly slots: 'all' | 'none' | { readonly integrationId: string };
  /** Inclusive: a place in the log, or a time by the log's own clock. @defaultValue now */
  readonly at?: LogPosition | Date | undefined;
}

/** That a version of a key was handed out to a worker for a project. */
export interface KeyUse {
  readonly keyId: string;
  readonly version: number;
  readonly worker: string;
  readonly projectId: string;
  readonly firstUsedAt: Date;
  readonly lastUsedAt: Date;
  readonly count: number;
}

/** Uses of the organization's key for one integration, in all its versions, the latest first. */
export interface KeyUses {
  readonly uses: readonly KeyUse[];
  /** Whether there are older ones than these. */
  readonly moreUses: boolean;
}

/** The last entry of each stream: it says how things stand. */
export interface LastEntries extends AsOfPosition {
  readonly entries: readonly HistoryEntry[];
}

/** When keys were handed out last, by key id, in milliseconds since 1970; absent where never. */
export interface LastUses {
  readonly position: LogPosition;
  readonly lastUses: ReadonlyMap<string, number>;
}

/**
 * The events of organizations, to be found by what they are about. Made of the log, and can be made
 * anew from it at any time.
 * @throws HistoryIndexError from every method
 */
export interface HistoryIndex {
  /** The last event that is here, and how far the log was read; null while nothing is here. */
  last(): Promise<{ readonly event: RecordedEvent; readonly checkpoint: LogPosition } | null>;

  /** Takes what follows in the log, up to a position. What is here already is passed over. */
  apply(events: readonly RecordedEvent[], through: LogPosition): Promise<void>;

  /** Throws everything away but the audit ledger. */
  reset(): Promise<void>;

  read(query: HistoryQuery): Promise<HistoryPage>;

  lastOfEach(query: LastEntriesQuery): Promise<LastEntries>;

  uses(organizationId: string, integrationId: string): Promise<KeyUses & AsOfPosition>;

  lastUses(keyIds: readonly string[]): Promise<LastUses>;

  /** What the same events have come to in the audit logs: kept in the same file, and fed by {@link apply} too. */
  readonly audit: RemoteLedger;

  close(): Promise<void>;
}

/** `LOST`: the file was damaged and has been thrown away; opened again it is empty. `UNAVAILABLE`: it cannot be used now. */
export type HistoryIndexErrorCode = 'LOST' | 'UNAVAILABLE';

export class HistoryIndexError extends Error {
  constructor(
    readonly code: HistoryIndexErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'HistoryIndexError';
  }
}
