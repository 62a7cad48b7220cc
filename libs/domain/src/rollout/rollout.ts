import { accept, type Decider, type Decision } from '../decider.js';
import { versionConflict, type ExpectedVersion } from '../expected-version.js';
import type { Provenance } from '../provenance.js';

export const ROLLOUT_STREAM = 'rollout-keys';

// Names and fields below are a storage format: change them only with a new schemaVersion and an upcaster.
export type RolloutChanged = {
  readonly type: 'RolloutChanged';
  readonly data: Provenance & Rollout;
};
export type RolloutEvent = RolloutChanged;

export type Rollout = {
  /** 0 to 100; an organization is in when its stable hash falls below it. */
  readonly percentage: number;
  /** Organizations that are in, whatever the percentage. */
  readonly include: readonly string[];
  /** Organizations that are out, whatever else says otherwise. */
  readonly exclude: readonly string[];
};

export type RolloutState = Rollout & { readonly version: number };

export interface ChangeRollout extends Rollout {
  readonly type: 'ChangeRollout';
  readonly expectedVersion: ExpectedVersion;
  readonly provenance: Provenance;
}

export const rollout: Decider<ChangeRollout, RolloutState, RolloutEvent> = {
  initialState: { percentage: 0, include: [], exclude: [], version: 0 },

  decide(command, state): Decision<RolloutEvent> {
    const conflict = versionConflict(command.expectedVersion, state.version);
    if (conflict) return conflict;
    const next = {
      percentage: command.percentage,
      include: sortedSet(command.include),
      exclude: sortedSet(command.exclude),
    };
    return sameRollout(next, state)
      ? accept()
      : accept({ type: 'RolloutChanged', data: { ...next, ...command.provenance } });
  },

  evolve(state, event): RolloutState {
    const { percentage, include, exclude } = event.data;
    return { percentage, include, exclude, version: state.version + 1 };
  },
};

/** Deny list first, then allow list, then the percentage. */
export function isInRollout(organizationId: string, { percentage, include, exclude }: Rollout): boolean {
  if (exclude.includes(organizationId)) return false;
  return include.includes(organizationId) || rolloutBucket(organizationId) < percentage;
}

/**
 * A number in [0, 100) with two decimals that is the organization's for ever, so that raising the
 * percentage only ever adds. FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) with a final
 * avalanche step (murmur3's), without which ids that differ in the last letter lie close together.
 */
export function rolloutBucket(organizationId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < organizationId.length; i++) {
    hash = Math.imul(hash ^ organizationId.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) % 10_000) / 100;
}

function sortedSet(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}

function sameRollout(a: Rollout, b: Rollout): boolean {
  const text = ({ percentage, include, exclude }: Rollout): string =>
    JSON.stringify([percentage, include, exclude]);
  return text(a) === text(b);
}
