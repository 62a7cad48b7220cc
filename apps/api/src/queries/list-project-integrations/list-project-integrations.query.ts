import type { EffectiveKey } from '@keyward/domain';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

export interface ProjectIntegration {
  readonly integrationId: string;
  readonly effective: EffectiveKey;
  /** The project has a key of its own. */
  readonly overrides: boolean;
  readonly lastUsedAt: string | null;
}

/** Integrations & App Keys. */
export class ListProjectIntegrationsQuery extends Query<
  {
    readonly integrations: readonly ProjectIntegration[];
    readonly lastUsedAsOf: string | null;
  } & AsOf
> {
  constructor(
    readonly project: { readonly organizationId: string; readonly projectId: string },
    readonly requirement: Requirement,
  ) {
    super();
  }
}
