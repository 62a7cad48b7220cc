import { CATALOGUE, EMPTY_SLOT } from '@keyward/domain';
import { ReadModel } from '@keyward/read-model';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ConsistentReader, type AsOf } from '../reading/consistent-reader.js';
import { refusalOf } from '../reading/entitlement.js';
import { HistoryReader } from '../reading/history-reader.js';
import { knownOrganization } from '../reading/known-tenants.js';
import {
  ListOrganizationIntegrationsQuery,
  type OrganizationIntegrations,
} from './list-organization-integrations.query.js';

const INTEGRATION_IDS = [...CATALOGUE.keys()];

@QueryHandler(ListOrganizationIntegrationsQuery)
export class ListOrganizationIntegrationsHandler implements IQueryHandler<ListOrganizationIntegrationsQuery> {
  constructor(
    private readonly reader: ConsistentReader,
    private readonly readModel: ReadModel,
    private readonly history: HistoryReader,
  ) {}

  async execute(query: ListOrganizationIntegrationsQuery): Promise<OrganizationIntegrations & AsOf> {
    const { organizationId, requirement } = query;
    const { organization, rolloutNow, slots, ...asOf } = await this.reader.read(requirement, () =>
      this.readOnce(organizationId),
    );
    // Judged on an answer that is fresh enough: an older one might not know the organization yet.
    const known = knownOrganization(organization?.state);
    const refusal = refusalOf(organizationId, known, rolloutNow?.state);
    const keyIds = slots.flatMap(({ organizationSlot }) => organizationSlot?.state.key?.keyId ?? []);
    const { of, lastUsedAsOf } = await this.history.lastUses(keyIds);
    const integrations = slots.map(({ integrationId, organizationSlot, overridingProjects }) => ({
      integrationId,
      slot: organizationSlot?.state ?? EMPTY_SLOT,
      overridingProjects,
      lastUsedAt: of(organizationSlot?.state.key?.keyId),
    }));
    return { refusal, integrations, lastUsedAsOf, ...asOf };
  }

  private async readOnce(organizationId: string) {
    const [organization, rolloutNow, slots] = await Promise.all([
      this.readModel.organization(organizationId),
      this.readModel.rollout(),
      this.readModel.organizationSlots(organizationId, INTEGRATION_IDS),
    ]);
    return { organization, rolloutNow, slots };
  }
}
