import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answerOf, api } from './client.js';
import { freshEnough } from './horizon.js';
import type { operations } from './schema.js';

type AnswerOf<Operation extends keyof operations> = operations[Operation] extends {
  responses: { 200: { content: { 'application/json': infer Answer } } };
}
  ? Answer
  : never;

export type OrgIntegration = AnswerOf<'listOrgIntegrations'>['items'][number];
export type ProjectIntegration = AnswerOf<'listProjectIntegrations'>['items'][number];
export type CatalogueItem = AnswerOf<'listIntegrations'>['items'][number];
export type KeyFacts = NonNullable<ProjectIntegration['effective']['key']>;
export type Entitlement = AnswerOf<'getOrganization'>['entitlement'];
export type HistoryItem = AnswerOf<'readHistory'>['items'][number];
export type Keys = AnswerOf<'listKeys'>;
export type Candidate = AnswerOf<'explainEffectiveKey'>['candidates'][number];
export type KeyUsage = AnswerOf<'listKeyUsage'>;
export interface HistoryFilter {
  readonly project?: string | undefined;
  readonly integration?: string | undefined;
  readonly actor?: string | undefined;
  readonly kind?: HistoryItem['kind'] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Everything of an organization has a key that begins so: a change makes it all be read again. */
export const ofOrg = (org: string) => ['organization', org] as const;

export const catalogueQuery = queryOptions({
  queryKey: ['catalogue'],
  staleTime: Infinity,
  queryFn: async () => (await answerOf(api.GET('/v1/integrations'))).items,
});

export const organizationQuery = (org: string) =>
  queryOptions({
    queryKey: [...ofOrg(org), 'itself'],
    queryFn: () =>
      answerOf(api.GET('/v1/organizations/{org}', { params: { path: { org }, query: freshEnough(org) } })),
  });

export const projectsQuery = (org: string) =>
  queryOptions({
    queryKey: [...ofOrg(org), 'projects'],
    queryFn: async () => {
      const items: AnswerOf<'listProjects'>['items'] = [];
      for (let after: string | undefined; ;) {
        const query = { ...freshEnough(org), ...(after === undefined ? {} : { after }) };
        const page = await answerOf(
          api.GET('/v1/organizations/{org}/projects', { params: { path: { org }, query } }),
        );
        items.push(...page.items);
        if (page.next === undefined) return items;
        after = page.next;
      }
    },
  });

export const orgIntegrationsQuery = (org: string) =>
  queryOptions({
    queryKey: [...ofOrg(org), 'integrations'],
    queryFn: () =>
      answerOf(
        api.GET('/v1/organizations/{org}/integrations', {
          params: { path: { org }, query: freshEnough(org) },
        }),
      ),
  });

export const projectIntegrationsQuery = (org: string, project: string) =>
  queryOptions({
    queryKey: [...ofOrg(org), 'projects', project, 'integrations'],
    queryFn: () =>
      answerOf(
        api.GET('/v1/organizations/{org}/projects/{project}/integrations', {
          params: { path: { org, project }, query: freshEnough(org) },
        }),
      ),
  });

export const usageQuery = (org: string, integration: string) =>
  queryOptions({
    queryKey: [...ofOrg(org), 'usage', integration],
    queryFn: () =>
      answerOf(
        api.GET('/v1/organizations/{org}/integrations/{integration}/key/usage', {
          params: { path: { org, integration }, query: freshEnough(org) },
        }),
      ),
  });

export const explanationQuery = (org: string, project: string, integration: string) =>
  queryOptions({
    queryKey: [...ofOrg(org), 'projects', project, 'explanation', integration],
    queryFn: () =>
      answerOf(
        api.GET('/v1/organizations/{org}/projects/{project}/integrations/{integration}/effective-key', {
          params: { path: { org, project, integration }, query: freshEnough(org) },
        }),
      ),
  });

/** Newest first. */
export const historyQuery = (org: string, filter: HistoryFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...ofOrg(org), 'history', filter, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => {
      const wanted = Object.entries({ ...filter, after: pageParam }).filter(([, value]) => value);
      const query = { ...Object.fromEntries(wanted), order: 'newest_first' as const, limit: String(limit) };
      return answerOf(api.GET('/v1/organizations/{org}/history', { params: { path: { org }, query } }));
    },
    getNextPageParam: ({ next }) => next,
  });

/** What was does not change. */
export const keysAtQuery = (org: string, at: string) =>
  queryOptions({
    queryKey: ['keys at', org, at],
    staleTime: Infinity,
    queryFn: () =>
      answerOf(api.GET('/v1/organizations/{org}/keys', { params: { path: { org }, query: { at } } })),
  });
