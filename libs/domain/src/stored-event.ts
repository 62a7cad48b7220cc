import type { KeyDestroyed } from './destroyed-keys/destroyed-keys.js';
import type { KeySlotEvent } from './key-slot/key-slot.events.js';
import type { OrganizationEvent } from './organization/organization.js';
import type { ProjectEvent } from './project/project.js';
import type { RolloutEvent } from './rollout/rollout.js';

export type DomainEvent = OrganizationEvent | ProjectEvent | RolloutEvent | KeySlotEvent | KeyDestroyed;

/** Version of the storage format that this code writes; in every event's metadata. */
export const SCHEMA_VERSION = 1;

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
};

/** An event as a log hands it back. */
export interface StoredEvent {
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

/** A stored event that this code does not understand. Skipping it could keep a dead key working, so it stops the reader. */
export class UnreadableEventError extends Error {
  readonly code = 'UNREADABLE_EVENT';
}

/**
 * A stored event as today's type: the place where events of older schema versions are lifted.
 * @throws UnreadableEventError on an unknown type or a schema version newer than this code.
 */
export function readStoredEvent({ type, data, metadata }: StoredEvent): DomainEvent {
  const { schemaVersion } = metadata as { schemaVersion?: unknown };
  if (!Object.hasOwn(TYPES, type))
    throw new UnreadableEventError(`unknown event type "${type.slice(0, 64)}"`);
  if (schemaVersion !== SCHEMA_VERSION) {
    throw new UnreadableEventError(
      `${type} has schema version ${String(schemaVersion)}; this release reads ${SCHEMA_VERSION}`,
    );
  }
  return { type, data } as DomainEvent;
}
