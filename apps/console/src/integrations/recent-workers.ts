import type { KeyUsage } from '../api/queries.js';

const RECENT_MS = 3_600_000;

export interface RecentWorkers {
  /** How many workers were given the key in the last hour, whichever version. */
  readonly all: number;
  /** How many of them have asked since the version that is in force now was set, and were given that. */
  readonly current: number;
}

/** How far a key has come: a worker shows that it has a version by being given it. */
export function recentWorkers({ key, uses }: Pick<KeyUsage, 'key' | 'uses'>, now: number): RecentWorkers {
  const recent = uses.filter(({ lastUsedAt }) => now - Date.parse(lastUsedAt) < RECENT_MS);
  const workers = (some: typeof recent): number => new Set(some.map(({ worker }) => worker)).size;
  return { all: workers(recent), current: workers(recent.filter(({ keyId }) => keyId === key?.keyId)) };
}
