import type { OrganizationState, Refusal } from '@keyward/domain';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

export interface OrganizationNow {
  readonly state: OrganizationState;
  /** Why keys cannot be set or switched on; null when they can. */
  readonly refusal: Refusal | null;
}

export class GetOrganizationQuery extends Query<OrganizationNow & AsOf> {
  constructor(
    readonly organizationId: string,
    readonly requirement: Requirement,
  ) {
    super();
  }
}
