import type { HistoryItem } from '../api/queries.js';

type Kind = HistoryItem['kind'];

/** What each kind is called in a filter. */
export const KIND_TITLES: Readonly<Record<Kind, string>> = {
  organization_registered: 'Organization registered',
  organization_renamed: 'Organization renamed',
  plan_changed: 'Plan changed',
  project_registered: 'Project registered',
  project_renamed: 'Project renamed',
  project_archived: 'Project archived',
  rollout_changed: 'Rollout changed',
  set: 'Key set',
  removed: 'Key removed',
  disabled: 'Key switched off',
  enabled: 'Key switched on',
  destroyed: 'Key version destroyed',
};

const OF_KEYS: Readonly<Partial<Record<Kind, string>>> = {
  set: 'set',
  removed: 'removed',
  disabled: 'switched off',
  enabled: 'switched on',
  destroyed: 'destroyed',
};

/** One sentence without who and when. */
export function sentenceOf(item: HistoryItem, nameOf: (integration: string) => string): string {
  const verb = OF_KEYS[item.kind];
  if (verb === undefined) {
    const { name = '', plan = '' } = item;
    return OF_TENANTS[item.kind]?.({ ...item, name, plan } as Parameters<Say>[0]) ?? KIND_TITLES[item.kind];
  }
  const whose = item.projectId === null ? "the organization's" : `${item.projectId}'s`;
  return `${verb} ${whose} key of ${nameOf(item.integrationId ?? '')}`;
}

type Say = (item: HistoryItem & { readonly name: string; readonly plan: string }) => string;

const OF_TENANTS: Readonly<Partial<Record<Kind, Say>>> = {
  organization_registered: ({ name, plan }) => `registered the organization as “${name}” on the plan ${plan}`,
  organization_renamed: ({ name }) => `renamed the organization to “${name}”`,
  plan_changed: ({ previousPlan, plan }) => `changed the plan from ${previousPlan ?? 'another'} to ${plan}`,
  project_registered: ({ projectId, name }) => `registered the project ${projectId} as “${name}”`,
  project_renamed: ({ projectId, name }) => `renamed the project ${projectId} to “${name}”`,
  project_archived: ({ projectId }) => `archived the project ${projectId}`,
  rollout_changed: ({ inRollout }) =>
    inRollout ? 'brought the organization into the rollout' : 'took the organization out of the rollout',
};
