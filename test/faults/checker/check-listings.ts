import { isDeepStrictEqual } from 'node:util';
import { maskFromLastFour } from '@keyward/contracts';
import type { EffectiveKey, SlotKey } from '@keyward/domain';
import type { LogView, Place, Violation } from './log-view.js';

/** The two screens of one organization, as the HTTP API answered them while nothing was written. */
export interface SeenListings {
  readonly organizationId: string;
  readonly projectIds: readonly string[];
  readonly place: Place;
  readonly items: readonly Record<string, unknown>[];
  /** By project, in the order of `projectIds`. */
  readonly projectItems: readonly (readonly Record<string, unknown>[])[];
}

/** Every row of every screen is what a fold of the log says. */
export function checkListings(log: LogView, seen: SeenListings): Violation[] {
  return [...organizationRows(log, seen), ...projectRows(log, seen)];
}

function organizationRows(
  log: LogView,
  { organizationId, projectIds, place, items }: SeenListings,
): Violation[] {
  return items.flatMap((item) => {
    const integrationId = String(item['id']);
    const slot = { organizationId, projectId: null, integrationId };
    const { key, enabled, changedAt, changedBy } = log.slotAt(slot, place);
    const overriding = projectIds.filter(
      (projectId) => log.slotAt({ ...slot, projectId }, place).key !== null,
    );
    return compare(`${organizationId}, ${integrationId}`, item, {
      state: key ? (enabled ? 'enabled' : 'disabled') : 'not_set',
      ...(key ? facts(key) : NO_FACTS),
      changedAt,
      changedBy,
      overridingProjects: overriding.length,
    });
  });
}

function projectRows(
  log: LogView,
  { organizationId, projectIds, place, projectItems }: SeenListings,
): Violation[] {
  return projectIds.flatMap((projectId, i) =>
    projectItems[i]!.flatMap((item) => {
      const address = { organizationId, projectId, integrationId: String(item['id']) };
      return compare(`${organizationId}/${projectId}, ${address.integrationId}`, item, {
        effective: shown(log.effectiveAt(address, place)),
        overrides: log.slotAt(address, place).key !== null,
      });
    }),
  );
}

function shown(effective: EffectiveKey): Record<string, unknown> {
  return effective.outcome === 'found'
    ? { outcome: 'found', source: effective.source, reason: null, key: facts(effective.key) }
    : { outcome: 'not_configured', source: null, reason: effective.reason, key: null };
}

function facts({
  keyId,
  version,
  lastFour,
  fingerprint,
  credentialKind,
  setAt,
  setBy,
}: SlotKey): Record<string, unknown> {
  return { keyId, version, mask: maskFromLastFour(lastFour), fingerprint, credentialKind, setAt, setBy };
}

const NO_FACTS = {
  keyId: null,
  version: null,
  mask: null,
  fingerprint: null,
  credentialKind: null,
  setAt: null,
  setBy: null,
};

function compare(row: string, item: Record<string, unknown>, expected: Record<string, unknown>): Violation[] {
  return Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(item[field], value))
    .map(([field, value]) => ({
      rule: 'wrong_listing',
      what: `${row}: ${field} is ${JSON.stringify(item[field])}; the log says ${JSON.stringify(value)}`,
    }));
}
