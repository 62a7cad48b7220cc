import { EMPTY_SLOT, effectiveKey, type SlotState } from '@keyward/domain';
import { MINIMIZE_LATENCY } from '@keyward/read-model';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { checkIntegration } from '../reading/check-integration.js';
import type { AsOf } from '../reading/consistent-reader.js';
import { HistoryReader } from '../reading/history-reader.js';
import { standingOf } from '../reading/standing.js';
import { ListKeyUsageQuery, type KeyUsage, type ProjectUsage } from './list-key-usage.query.js';

@QueryHandler(ListKeyUsageQuery)
export class ListKeyUsageHandler implements IQueryHandler<ListKeyUsageQuery> {
  constructor(private readonly history: HistoryReader) {}

  /** All of it as of one position. */
  async execute({ slots, requirement }: ListKeyUsageQuery): Promise<KeyUsage & AsOf> {
    const { organizationId, integrationId } = slots;
    const wanted = { organizationId, slots: { integrationId } };
    const { entries, ...asOf } = await this.history.lastOfEach(wanted, requirement);
    checkIntegration(integrationId);
    const standing = standingOf({ entries });
    const slotOf = new Map(standing.slots.map(({ projectId, state }) => [projectId, state]));
    const organizationSlot = slotOf.get(null) ?? EMPTY_SLOT;
    const projects = [...standing.projects].map(([projectId, name]) =>
      usageOf({ projectId, name }, organizationSlot, slotOf.get(projectId) ?? EMPTY_SLOT),
    );
    // The index has come as far as the entries are, so this waits for nothing.
    const { uses, moreUses } = await this.history.uses(slots, MINIMIZE_LATENCY);
    return { organizationSlot, projects, uses, moreUses, ...asOf };
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
