import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, once } from './client.js';
import { noteHorizon } from './horizon.js';
import { ofOrg } from './queries.js';
import type { operations } from './schema.js';

/** A slot for a key: an organization's for an integration, or a project's. */
export interface Slot {
  readonly org: string;
  /** Null: the organization's. */
  readonly project: string | null;
  readonly integration: string;
}

/** What sets a key, in either kind of slot. */
type SetKey = operations['setOrgKey']['requestBody']['content']['application/json'];
export type CredentialKind = NonNullable<SetKey['credentialKind']>;

export type KeyWrite =
  | {
      readonly do: 'set';
      readonly secret: string;
      readonly credentialKind: CredentialKind;
      readonly reason: string;
    }
  | { readonly do: 'remove' | 'disable' | 'enable'; readonly reason: string };

/** Changes a key, and reads everything of the organization again. Nothing of the secret stays in the cache. */
export function useKeyWrite(slot: Slot) {
  const client = useQueryClient();
  return useMutation({
    // What a mutation was called with would be kept for as long as the mutation is.
    gcTime: 0,
    mutationFn: async (write: () => KeyWrite) => answerOf(send(slot, write())),
    onSuccess: ({ position }) => {
      noteHorizon(slot.org, position);
      return client.invalidateQueries({ queryKey: ofOrg(slot.org) });
    },
  });
}

function send(slot: Slot, write: KeyWrite) {
  const reason = write.reason.trim() === '' ? {} : { reason: write.reason.trim() };
  if (write.do === 'set') {
    const { secret, credentialKind } = write;
    return put(slot, { secret, credentialKind, ...reason });
  }
  return change(slot, write.do, reason);
}

function put({ org, project, integration }: Slot, body: SetKey) {
  const header = once();
  return project === null
    ? api.PUT('/v1/organizations/{org}/integrations/{integration}/key', {
        params: { path: { org, integration }, header },
        body,
      })
    : api.PUT('/v1/organizations/{org}/projects/{project}/integrations/{integration}/key', {
        params: { path: { org, project, integration }, header },
        body,
      });
}

function change({ org, project, integration }: Slot, what: 'remove' | 'disable' | 'enable', body: object) {
  const params = { path: { org, integration }, header: once() };
  if (project !== null)
    return api.DELETE('/v1/organizations/{org}/projects/{project}/integrations/{integration}/key', {
      params: { ...params, path: { org, project, integration } },
      body,
    });
  if (what === 'remove')
    return api.DELETE('/v1/organizations/{org}/integrations/{integration}/key', { params, body });
  return what === 'disable'
    ? api.POST('/v1/organizations/{org}/integrations/{integration}/key/disable', { params, body })
    : api.POST('/v1/organizations/{org}/integrations/{integration}/key/enable', { params, body });
}
