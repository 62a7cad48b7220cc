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
  refused: 'Refused',
  read: 'Key handed out',
};

const OF_KEYS: Readonly<Partial<Record<Kind, string>>> = {
  set: 'set',
  removed: 'removed',
  disabled: 'switched off',
  enabled: 'switched on',
  destroyed: 'destroyed',
  read: 'was given',
};

/** What people call what they asked for. */
const OPERATIONS: Readonly<Record<string, string>> = {
  setOrgKey: "to set the organization's key",
  removeOrgKey: "to remove the organization's key",
  enableOrgKey: "to switch the organization's key on",
  disableOrgKey: "to switch the organization's key off",
  setProjectKey: 'to set a key',
  removeProjectKey: 'to remove a key',
  readHistory: 'to read the history',
  lookup: 'to look a key up',
  batchLookup: 'to look keys up',
  watch: 'to watch keys',
};

const CODES: Readonly<Record<string, string>> = {
  FORBIDDEN: 'not allowed',
  NOT_ENTITLED: 'not on the Enterprise plan',
  NOT_ROLLED_OUT: 'not rolled out yet',
  CREDENTIAL_KIND_NOT_SHAREABLE: 'this kind of credential cannot be shared',
};

function sentenceOfRefusal(item: HistoryItem, nameOf: (integration: string) => string): string {
  const { operation, integrationId, projectId } = item;
  const parts = [
    operation ? (OPERATIONS[operation] ?? operation) : 'many things',
    integrationId && `of ${nameOf(integrationId)}`,
    projectId && `in ${projectId}`,
  ];
  return `was refused ${parts.filter(Boolean).join(' ')}${howOften(item)}${why(item)}`;
}

function howOften({ count = 1 }: HistoryItem): string {
  return count > 1 ? `, ${count} times` : '';
}

function why({ code }: HistoryItem): string {
  return code ? `: ${CODES[code] ?? code}` : '';
}

/** One sentence without who and when. */
export function sentenceOf(item: HistoryItem, nameOf: (integration: string) => string): string {
  if (item.kind === 'refused') return sentenceOfRefusal(item, nameOf);
  const verb = OF_KEYS[item.kind];
  if (verb === undefined) return sentenceOfTenants(item);
  const whose = item.projectId === null ? "the organization's" : `${item.projectId}'s`;
  return `${verb} ${whose} key of ${nameOf(item.integrationId ?? '')}`;
}

function sentenceOfTenants(item: HistoryItem): string {
  const { kind, name = '', plan = '' } = item;
  return OF_TENANTS[kind]?.({ ...item, name, plan }) ?? KIND_TITLES[kind];
}

type Say = (item: Omit<HistoryItem, 'plan'> & { readonly name: string; readonly plan: string }) => string;

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
