import {
  evolveSlot,
  keySlot,
  organization,
  project,
  rollout,
  type DomainEvent,
  type KeySlotEvent,
  type OrganizationEvent,
  type ProjectEvent,
  type RolloutEvent,
  type SlotAddress,
} from '@keyward/domain';
import type {
  OrganizationRecord,
  ProjectRecord,
  ReadModelRecord,
  RecordKey,
  RolloutRecord,
  SlotRecord,
} from '../records.js';

/** The record after one more event of its stream; what the event does is the domain's to say. */
export function evolveRecord(
  key: RecordKey,
  held: ReadModelRecord | undefined,
  event: DomainEvent,
  revision: bigint,
): ReadModelRecord {
  switch (key.kind) {
    case 'organization': {
      const { state } = (held as OrganizationRecord | undefined) ?? { state: organization.initialState };
      return {
        kind: 'organization',
        organizationId: key.organizationId,
        revision,
        state: organization.evolve(state, event as OrganizationEvent),
      };
    }
    case 'project': {
      const { state } = (held as ProjectRecord | undefined) ?? { state: project.initialState };
      return {
        kind: 'project',
        organizationId: key.organizationId,
        projectId: key.projectId,
        revision,
        state: project.evolve(state, event as ProjectEvent),
      };
    }
    case 'rollout': {
      const { state } = (held as RolloutRecord | undefined) ?? { state: rollout.initialState };
      return { kind: 'rollout', revision, state: rollout.evolve(state, event as RolloutEvent) };
    }
    case 'slot':
      return evolveSlotRecord(key.address, held as SlotRecord | undefined, event as KeySlotEvent, revision);
  }
}

/** A key that is no longer the slot's takes its sealed bytes with it; those of a new key are not its events' to bring. */
function evolveSlotRecord(
  address: SlotAddress,
  held: SlotRecord | undefined,
  event: KeySlotEvent,
  revision: bigint,
): SlotRecord {
  const state = evolveSlot(held?.state ?? keySlot.initialState, event);
  const sameKey = held !== undefined && held.state.key?.keyId === state.key?.keyId;
  const { sealed, sealedRevision } = sameKey ? held : { sealed: null, sealedRevision: null };
  // Field by field: copying by spread costs many times as much, and a rebuild does this for every event.
  return { kind: 'slot', address, revision, state, sealed, sealedRevision };
}
