import {
  EMPTY_SLOT,
  effectiveKey,
  readStoredEvent,
  streamOwner,
  type KeySlotEvent,
  type SlotState,
} from '@keyward/domain';
import type { HistoryEntry } from '@keyward/history';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { checkIntegration } from '../reading/check-integration.js';
import type { AsOf } from '../reading/consistent-reader.js';
import { HistoryReader } from '../reading/history-reader.js';
import { ListKeyUsageQuery, type KeyUsage, type ProjectUsage } from './list-key-usage.query.js';

@QueryHandler(ListKeyUsageQuery)
export class ListKeyUsageHandler implements IQueryHandler<ListKeyUsageQuery> {
  constructor(private readonly history: HistoryReader) {}

  /** All of it as of one position: the last event of each stream says how things stand. */
  async execute({ slots, requirement }: ListKeyUsageQuery): Promise<KeyUsage & AsOf> {
    const { entries, ...asOf } = await this.history.lastOfEach(slots, requirement);
    checkIntegration(slots.integrationId);
    const slotOf = new Map<string | null, SlotState>();
    const projects: { projectId: string; name: string }[] = [];
    for (const entry of entries) {
      const { projectId, integrationId } = streamOwner(entry.event.stream)!;
      // Beside the slot: it tells of versions that are in use no more.
      if (entry.kind === 'destroyed') continue;
      if (integrationId !== null) slotOf.set(projectId, slotAfter(entry));
      else if (projectId !== null && entry.kind !== 'project_archived')
        projects.push({ projectId, name: (entry.event.data as { name: string }).name });
    }
    const organizationSlot = slotOf.get(null) ?? EMPTY_SLOT;
    const usage = projects
      .map((project) => usageOf(project, organizationSlot, slotOf.get(project.projectId) ?? EMPTY_SLOT))
      .toSorted((a, b) => (a.projectId < b.projectId ? -1 : 1));
    return { organizationSlot, projects: usage, ...asOf };
  }
}

function usageOf(
  project: { projectId: string; name: string },
  organizationSlot: SlotState,
  projectSlot: SlotState,
): ProjectUsage {
  const effective = effectiveKey({ organization: organizationSlot, project: projectSlot });
  return effective.outcome === 'found'
    ? { ...project, source: effective.source, key: effective.key, reason: null }
    : { ...project, source: null, key: null, reason: effective.reason };
}

/** The state of a slot after its last event: that names the key, and the index has what the setting of it said. */
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
