import type { CredentialKind } from '../catalogue/index.js';
import type { Provenance } from '../provenance.js';

export const orgKeyStream = (organizationId: string, integrationId: string): string =>
  `orgKey-${organizationId}~${integrationId}`;

export const projectKeyStream = (organizationId: string, projectId: string, integrationId: string): string =>
  `projectKey-${organizationId}~${projectId}~${integrationId}`;

/** Which slot: `projectId` null is the organization's. */
export type SlotAddress = {
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly integrationId: string;
};

export function slotStream({ organizationId, projectId, integrationId }: SlotAddress): string {
  return projectId === null
    ? orgKeyStream(organizationId, integrationId)
    : projectKeyStream(organizationId, projectId, integrationId);
}

/** Names one version of a slot's key; never the key. */
export type KeyRef = {
  readonly keyId: string;
  readonly version: number;
  /** Keyed digest: equal for equal keys of one organization. */
  readonly fingerprint: string;
};

// Names and fields below are a storage format: change them only with a new schemaVersion and an upcaster.
type OrgSlotData = Provenance & KeyRef & { readonly organizationId: string; readonly integrationId: string };
type ProjectSlotData = OrgSlotData & { readonly projectId: string };
type SetData = {
  /** The key's last four characters where it has 20 or more, else null. */
  readonly lastFour: string | null;
  readonly credentialKind: CredentialKind;
};

export type OrgKeySet = { readonly type: 'OrgKeySet'; readonly data: OrgSlotData & SetData };
export type OrgKeyRemoved = { readonly type: 'OrgKeyRemoved'; readonly data: OrgSlotData };
export type OrgKeyDisabled = { readonly type: 'OrgKeyDisabled'; readonly data: OrgSlotData };
export type OrgKeyEnabled = { readonly type: 'OrgKeyEnabled'; readonly data: OrgSlotData };
export type ProjectKeySet = { readonly type: 'ProjectKeySet'; readonly data: ProjectSlotData & SetData };
export type ProjectKeyRemoved = { readonly type: 'ProjectKeyRemoved'; readonly data: ProjectSlotData };

export type OrgKeyEvent = OrgKeySet | OrgKeyRemoved | OrgKeyDisabled | OrgKeyEnabled;
export type ProjectKeyEvent = ProjectKeySet | ProjectKeyRemoved;
export type KeySlotEvent = OrgKeyEvent | ProjectKeyEvent;

/** What a change is called outside. Every slot event is a change: it may alter an effective key. */
export type ChangeKind = 'set' | 'removed' | 'disabled' | 'enabled';

export const CHANGE_KIND_OF: Readonly<Record<KeySlotEvent['type'], ChangeKind>> = {
  OrgKeySet: 'set',
  OrgKeyRemoved: 'removed',
  OrgKeyDisabled: 'disabled',
  OrgKeyEnabled: 'enabled',
  ProjectKeySet: 'set',
  ProjectKeyRemoved: 'removed',
};
