import type { Consistency } from './lookup.js';

export const MINIMIZE_LATENCY: Consistency = { kind: 'minimize_latency' };
const FULLY_CONSISTENT: Consistency = { kind: 'fully_consistent' };

/**
 * What to ask the server for, so that the answer is as fresh as the caller asked and not older than
 * what the client knows. Two positions cannot be compared here, but the head of the log is after both.
 */
export function requirementFor(asked: Consistency, floor: string | undefined): Consistency {
  if (floor === undefined || asked.kind === 'fully_consistent') return asked;
  if (asked.kind === 'minimize_latency') return { kind: 'at_least_as_fresh', position: floor };
  return asked.position === floor ? asked : FULLY_CONSISTENT;
}

/** Equal for requirements that may share a call. A position has no colon. */
export function requirementKey(consistency: Consistency): string {
  return consistency.kind === 'at_least_as_fresh' ? `:${consistency.position}` : consistency.kind;
}

export function sameRequirement(a: Consistency, b: Consistency): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind !== 'at_least_as_fresh' || a.position === (b as typeof a).position;
}
