import type { KeySource, NotConfiguredReason, SlotKey, SlotState } from '@keyward/domain';
import type { KeyUse } from '@keyward/history';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

/** What one project uses now. */
export interface ProjectUsage {
  readonly projectId: string;
  readonly name: string;
  readonly source: KeySource | null;
  readonly key: SlotKey | null;
  /** Why there is none; null when there is one. */
  readonly reason: NotConfiguredReason | null;
}

export interface KeyUsage {
  readonly organizationSlot: SlotState;
  /** Of the organization's projects, those that are not archived. */
  readonly projects: readonly ProjectUsage[];
  /** Who was given the organization's key, in any version, the latest first. */
  readonly uses: readonly KeyUse[];
  readonly moreUses: boolean;
}

/** Who would be hit if the organization's key for an integration were gone. */
export class ListKeyUsageQuery extends Query<KeyUsage & AsOf> {
  constructor(
    readonly slots: { readonly organizationId: string; readonly integrationId: string },
    readonly requirement: Requirement,
  ) {
    super();
  }
}
