import { EMPTY_SLOT, effectiveKey, type SlotState } from '@keyward/domain';
import type { Keys } from '../api/queries.js';

/** What one project uses for one integration at a moment. */
export interface Used {
  readonly projectId: string;
  readonly projectName: string;
  readonly integrationId: string;
  readonly source: 'organization' | 'project' | null;
  readonly reason: 'not_set' | 'disabled' | null;
  readonly keyId: string | null;
  readonly version: number | null;
  readonly mask: string | null;
}

/** The effective key of every project for every integration that has ever had a key, by the domain's own precedence. */
export function usedAt({ projects, items }: Pick<Keys, 'projects' | 'items'>): readonly Used[] {
  const slots = new Map(items.map((item) => [nameOf(item.integrationId, item.projectId), item]));
  const integrations = [...new Set(items.map(({ integrationId }) => integrationId))].sort();
  const masks = new Map(items.flatMap(({ key }) => (key ? [[key.keyId, key.mask]] : [])));
  return integrations.flatMap((integrationId) =>
    projects.map(({ id: projectId, name: projectName }): Used => {
      const effective = effectiveKey({
        organization: stateOf(slots.get(nameOf(integrationId, null))),
        project: stateOf(slots.get(nameOf(integrationId, projectId))),
      });
      const of = { projectId, projectName, integrationId };
      if (effective.outcome === 'not_configured')
        return { ...of, source: null, reason: effective.reason, keyId: null, version: null, mask: null };
      const { keyId, version } = effective.key;
      return {
        ...of,
        source: effective.source,
        reason: null,
        keyId,
        version,
        mask: masks.get(keyId) ?? null,
      };
    }),
  );
}

export interface Difference {
  readonly before: Used | null;
  readonly after: Used | null;
}

/** What is not the same in both: another key, another reason for none, or no such project. */
export function differences(before: readonly Used[], after: readonly Used[]): readonly Difference[] {
  const earlier = new Map(before.map((used) => [placeOf(used), used]));
  const later = new Map(after.map((used) => [placeOf(used), used]));
  const places = [...new Set([...earlier.keys(), ...later.keys()])].sort();
  return places
    .map((place) => ({ before: earlier.get(place) ?? null, after: later.get(place) ?? null }))
    .filter((pair) => outcomeOf(pair.before) !== outcomeOf(pair.after));
}

/** Nothing to use is the same whether there was no key yet or none any more. */
function outcomeOf(used: Used | null): string {
  return used?.keyId ?? used?.reason ?? 'not_set';
}

function placeOf({ integrationId, projectId }: Used): string {
  return nameOf(integrationId, projectId);
}

function nameOf(integrationId: string, projectId: string | null): string {
  return `${integrationId} ${projectId ?? ''}`;
}

function stateOf(item: Keys['items'][number] | undefined): SlotState {
  if (!item) return EMPTY_SLOT;
  const { key, enabled, changedAt, changedBy } = item;
  const slotKey = key && { ...key, lastFour: null, credentialKind: key.credentialKind };
  return { key: slotKey, enabled, lastVersion: key?.version ?? 0, changedAt, changedBy };
}
