import type { CredentialKind } from '@keyward/domain';
import type { Secret } from '@keyward/sealing';

export interface OrgSlot {
  readonly organizationId: string;
  readonly integrationId: string;
}

export interface ProjectSlot extends OrgSlot {
  readonly projectId: string;
}

export interface KeyToSet {
  readonly secret: Secret;
  /** Undefined: an API key, which is what most integrations take. */
  readonly credentialKind: CredentialKind | undefined;
}
