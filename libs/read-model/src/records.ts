import type { OrganizationState, ProjectState, RolloutState, SlotAddress, SlotState } from '@keyward/domain';
import type { SealedKey } from '@keyward/sealing';

/**
 * One record per stream that the read model follows. `revision` is that of the last event in it:
 * the fence that keeps an older event from overwriting a newer one.
 */
export type ReadModelRecord = OrganizationRecord | ProjectRecord | RolloutRecord | SlotRecord;

export interface OrganizationRecord {
  readonly kind: 'organization';
  readonly organizationId: string;
  readonly revision: bigint;
  readonly state: OrganizationState;
}

export interface ProjectRecord {
  readonly kind: 'project';
  readonly organizationId: string;
  readonly projectId: string;
  readonly revision: bigint;
  readonly state: ProjectState;
}

export interface RolloutRecord {
  readonly kind: 'rollout';
  readonly revision: bigint;
  readonly state: RolloutState;
}

export interface SlotRecord {
  readonly kind: 'slot';
  readonly address: SlotAddress;
  readonly revision: bigint;
  readonly state: SlotState;
  /** The key of `state`, sealed; null when there is no key, or when its sealed bytes are destroyed. */
  readonly sealed: SealedKey | null;
  /**
   * Revision, in the key's own stream, of the event that `sealed` comes from; null when `sealed` is.
   * A key that is wrapped anew leaves the slot's revision as it is: then this is the fence.
   */
  readonly sealedRevision: bigint | null;
}

/** Which record: what a record is found by. */
export type RecordKey =
  | { readonly kind: 'organization'; readonly organizationId: string }
  | { readonly kind: 'project'; readonly organizationId: string; readonly projectId: string }
  | { readonly kind: 'rollout' }
  | { readonly kind: 'slot'; readonly address: SlotAddress };
