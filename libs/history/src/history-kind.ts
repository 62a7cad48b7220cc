import type { DomainEvent } from '@keyward/domain';

/** What an event is called in the history. Changes of keys have the names that they have everywhere outside. */
export const HISTORY_KINDS = [
  'organization_registered',
  'organization_renamed',
  'plan_changed',
  'project_registered',
  'project_renamed',
  'project_archived',
  'rollout_changed',
  'set',
  'removed',
  'disabled',
  'enabled',
  'destroyed',
  'refused',
  'read',
] as const;

export type HistoryKind = (typeof HISTORY_KINDS)[number];

export const HISTORY_KIND_OF: Readonly<Record<DomainEvent['type'], HistoryKind>> = {
  OrganizationRegistered: 'organization_registered',
  OrganizationRenamed: 'organization_renamed',
  OrganizationPlanChanged: 'plan_changed',
  ProjectRegistered: 'project_registered',
  ProjectRenamed: 'project_renamed',
  ProjectArchived: 'project_archived',
  RolloutChanged: 'rollout_changed',
  OrgKeySet: 'set',
  OrgKeyRemoved: 'removed',
  OrgKeyDisabled: 'disabled',
  OrgKeyEnabled: 'enabled',
  ProjectKeySet: 'set',
  ProjectKeyRemoved: 'removed',
  KeyDestroyed: 'destroyed',
  RequestRefused: 'refused',
  KeysHandedOut: 'read',
};
