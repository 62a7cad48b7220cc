import type { Refusal, SlotState } from '@keyward/domain';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

export interface OrganizationIntegration {
  readonly integrationId: string;
  readonly slot: SlotState;
  readonly overridingProjects: number;
  readonly lastUsedAt: string | null;
}

export interface OrganizationIntegrations {
  /** Why keys cannot be set or switched on; null when they can. */
  readonly refusal: Refusal | null;
  readonly integrations: readonly OrganizationIntegration[];
  readonly lastUsedAsOf: string | null;
}

/** Settings > Integrations control. */
export class ListOrganizationIntegrationsQuery extends Query<OrganizationIntegrations & AsOf> {
  constructor(
    readonly organizationId: string,
    readonly requirement: Requirement,
  ) {
    super();
  }
}
