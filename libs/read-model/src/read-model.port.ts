import type { LogPosition } from '@keyward/contracts';
import type {
  OrganizationRecord,
  ProjectRecord,
  ReadModelRecord,
  RecordKey,
  RolloutRecord,
  SlotRecord,
} from './records.js';

/** What a lookup asks for. */
export interface LookupAddress {
  readonly organizationId: string;
  readonly projectId: string;
  readonly integrationId: string;
}

/** All that decides one effective key. Undefined: the log has no such thing as of `position`. */
export interface LookupEntry {
  readonly organization: OrganizationRecord | undefined;
  readonly project: ProjectRecord | undefined;
  readonly organizationSlot: SlotRecord | undefined;
  readonly projectSlot: SlotRecord | undefined;
}

export interface ReadModelStatus {
  /** False while the store is empty, foreign or still being built: "not ready" is never "no key". */
  readonly ready: boolean;
  /** Every event up to here is in the read model. */
  readonly position: LogPosition;
  /**
   * Counts up while the projector is alive and has applied what the log holds; never down, except
   * that a store which was wiped begins again. Readers measure the time since it last
   * moved on their own monotonic clock, so no two clocks are ever compared.
   */
  readonly heartbeat: number;
}

/** The head of the log that a heartbeat vouches for was asked for no longer ago than this. */
export const HEARTBEAT_AGE_MS = 500;

/** Per integration of one organization: its own slot and how many of its projects hold a key of their own. */
export interface OrganizationSlots {
  readonly integrationId: string;
  readonly organizationSlot: SlotRecord | undefined;
  readonly overridingProjects: number;
}

/** Per integration, as one project sees it. */
export interface ProjectSlots {
  readonly integrationId: string;
  readonly organizationSlot: SlotRecord | undefined;
  readonly projectSlot: SlotRecord | undefined;
}

/**
 * The reading side. Every answer is wholly as of the `status` given with it, or newer for records
 * that changed since; never older. Throws when the store is out of reach: an error is never "nothing".
 */
export abstract class ReadModel {
  abstract status(): Promise<ReadModelStatus>;

  /** One round trip, however many addresses; entries in their order. */
  abstract lookup(
    addresses: readonly LookupAddress[],
  ): Promise<{ status: ReadModelStatus; entries: readonly LookupEntry[] }>;

  abstract organization(organizationId: string): Promise<OrganizationRecord | undefined>;

  abstract project(organizationId: string, projectId: string): Promise<ProjectRecord | undefined>;

  abstract rollout(): Promise<RolloutRecord | undefined>;

  /** For the integrations named, in their order. */
  abstract organizationSlots(
    organizationId: string,
    integrationIds: readonly string[],
  ): Promise<readonly OrganizationSlots[]>;

  /** For the integrations named, in their order. */
  abstract projectSlots(
    organizationId: string,
    projectId: string,
    integrationIds: readonly string[],
  ): Promise<readonly ProjectSlots[]>;

  /** The slots of these projects for one integration, in their order; undefined where none was ever set. */
  abstract slotsOfProjects(
    organizationId: string,
    integrationId: string,
    projectIds: readonly string[],
  ): Promise<readonly (SlotRecord | undefined)[]>;

  abstract health(): Promise<{ readonly ok: boolean; readonly detail?: string }>;

  abstract close(): Promise<void>;
}

/**
 * An optional ability: to be told when a position is reached, instead of asking again and again.
 * Found with {@link canWaitForPosition}.
 */
export interface PositionWaiter {
  /** Resolves once the read model has reached `position`; rejects with the signal's reason when aborted first. */
  waitFor(position: LogPosition, signal: AbortSignal): Promise<void>;
}

export function canWaitForPosition(readModel: ReadModel): readModel is ReadModel & PositionWaiter {
  return typeof (readModel as Partial<PositionWaiter>).waitFor === 'function';
}

/**
 * An optional ability of a store that outlives its processes: to be told whose it has to be.
 * Found with {@link canBindToLog}.
 */
export interface LogBound {
  /** From now on only the read model of this log is served; while the store holds another's it is not ready. */
  bindTo(storeId: string): void;
}

export function canBindToLog(readModel: ReadModel): readModel is ReadModel & LogBound {
  return typeof (readModel as Partial<LogBound>).bindTo === 'function';
}

/**
 * An optional ability: to say at boot that a store is set up in a way that would break a promise.
 * Found with {@link canCheckSetup}.
 */
export interface SetupChecked {
  /** @throws ReadModelSetupError; a store that is out of reach is not one */
  checkSetup(): Promise<void>;
}

export function canCheckSetup(readModel: ReadModel): readModel is ReadModel & SetupChecked {
  return typeof (readModel as Partial<SetupChecked>).checkSetup === 'function';
}

/**
 * The writing side, for the projector alone. All but `checkpoint` and `reset` throw before a `checkpoint` that is
 * not null, or a {@link reset}. Any number of writers may
 * be at work, and may be cut off or go on late anywhere: each record and the checkpoint keep the newest.
 * Throws ReadModelLostError when the store is no longer what the writer built upon (emptied, replaced by
 * an older copy of itself or by another generation): go on from `checkpoint`.
 */
export abstract class ReadModelWriter {
  /**
   * Where to go on: the start of the log right after a {@link reset}. Null when the store is empty or
   * belongs to another log, and must be built anew.
   */
  abstract checkpoint(storeId: string): Promise<LogPosition | null>;

  /** Empties what is there and makes it the read model of this log, not ready until {@link markReady}. */
  abstract reset(storeId: string): Promise<void>;

  /** The records that events are about to alter, in order; undefined where there is none yet. */
  abstract load(keys: readonly RecordKey[]): Promise<readonly (ReadModelRecord | undefined)[]>;

  /**
   * Writes each record that {@link supersedes} the one in the store, and moves the checkpoint with
   * them; a checkpoint never moves back. Writing the same batch again changes nothing.
   */
  abstract write(records: readonly ReadModelRecord[], checkpoint: LogPosition): Promise<void>;

  /** The projector has reached the head of the log for the first time: answers may be given. */
  abstract markReady(): Promise<void>;

  /**
   * The projector is alive and has applied, up to `position`, all that the log held {@link HEARTBEAT_AGE_MS} ago:
   * counts, and moves the checkpoint.
   */
  abstract heartbeat(position: LogPosition): Promise<void>;
}

export interface HeldLease {
  /** Aborts when the lease is lost: another projector may be at work by then, which costs time but no correctness. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * An optional ability: to let one projector of several do the work while the others stand by.
 * Found with {@link canLease}.
 */
export interface WriterLease {
  /** Resolves once the lease is this caller's; rejects with the signal's reason when aborted first. */
  lease(signal: AbortSignal): Promise<HeldLease>;
}

export function canLease(writer: ReadModelWriter): writer is ReadModelWriter & WriterLease {
  return typeof (writer as Partial<WriterLease>).lease === 'function';
}
