import type { KeyDestroyed } from './destroyed-keys/destroyed-keys.js';
import type { KeysHandedOut } from './hand-outs/keys-handed-out.js';
import type { KeySlotEvent } from './key-slot/key-slot.events.js';
import type { OrganizationEvent } from './organization/organization.js';
import type { ProjectEvent } from './project/project.js';
import type { RequestRefused } from './refusals/refusals.js';
import type { RolloutEvent } from './rollout/rollout.js';
import { UnreadableEventError, upcast, type StoredEvent } from './upcasting/upcast.js';

export type DomainEvent =
  | OrganizationEvent
  | ProjectEvent
  | RolloutEvent
  | KeySlotEvent
  | KeyDestroyed
  | RequestRefused
  | KeysHandedOut;

const TYPES: Readonly<Record<DomainEvent['type'], true>> = {
  OrganizationRegistered: true,
  OrganizationRenamed: true,
  OrganizationPlanChanged: true,
  ProjectRegistered: true,
  ProjectRenamed: true,
  ProjectArchived: true,
  RolloutChanged: true,
  OrgKeySet: true,
  OrgKeyRemoved: true,
  OrgKeyDisabled: true,
  OrgKeyEnabled: true,
  ProjectKeySet: true,
  ProjectKeyRemoved: true,
  KeyDestroyed: true,
  RequestRefused: true,
  KeysHandedOut: true,
};

/**
 * A stored event as today's type.
 * @throws UnreadableEventError on an unknown type or a schema version newer than this code.
 */
export function readStoredEvent(stored: StoredEvent): DomainEvent {
  const { type } = stored;
  if (!Object.hasOwn(TYPES, type))
    throw new UnreadableEventError(`unknown event type "${type.slice(0, 64)}"`);
  return { type, data: upcast(stored) } as DomainEvent;
}
