import { readStoredEvent, streamOwner, type KeySlotEvent, type SlotState } from '@keyward/domain';
import type { HistoryEntry, LastEntries } from '@keyward/history';

/** How an organization stands, or stood at a moment. */
export interface Standing {
  /** Whether the organization was registered by then. */
  readonly registered: boolean;
  /** Names of the projects that are not archived, by id, in the order of the ids. */
  readonly projects: ReadonlyMap<string, string>;
  readonly slots: readonly StandingSlot[];
}

export interface StandingSlot {
  readonly integrationId: string;
  /** Null: the organization's. */
  readonly projectId: string | null;
  readonly state: SlotState;
}

/** The last event of each stream says how things stand. */
export function standingOf({ entries }: Pick<LastEntries, 'entries'>): Standing {
  let registered = false;
  const projects: [string, string][] = [];
  const slots: StandingSlot[] = [];
  for (const entry of entries) {
    const { projectId, integrationId } = streamOwner(entry.event.stream)!;
    // Beside the slot: it tells of versions that are in use no more.
    if (entry.kind === 'destroyed') continue;
    if (integrationId !== null) slots.push({ integrationId, projectId, state: slotAfter(entry) });
    else if (projectId === null) registered = true;
    else if (entry.kind !== 'project_archived')
      projects.push([projectId, (entry.event.data as { name: string }).name]);
  }
  return { registered, projects: new Map(projects.toSorted(byId)), slots };
}

function byId([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

/** The event names the key, and the index has what the setting of it said. */
function slotAfter({ event, kind, key }: HistoryEntry): SlotState {
  const { keyId, version, fingerprint, actor, occurredAt } = (readStoredEvent(event) as KeySlotEvent).data;
  const isThere = kind !== 'removed' && key !== null;
  return {
    key: isThere ? { keyId, version, fingerprint, ...key } : null,
    enabled: isThere && kind !== 'disabled',
    lastVersion: version,
    changedAt: occurredAt,
    changedBy: actor,
  };
}
