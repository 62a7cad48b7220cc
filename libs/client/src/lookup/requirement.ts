import type { Consistency } from './lookup.js';

export const MINIMIZE_LATENCY: Consistency = { kind: 'minimize_latency' };
const FULLY_CONSISTENT: Consistency = { kind: 'fully_consistent' };

/**
 * What to ask the server for, so that the answer is as fresh as the caller asked and not older than
 * what the client knows. Two positions cannot be compared here, but the head of the log is after both.
 */
export function requirementFor(asked: Consistency, floor: string | undefined): Consistency {
  if (floor === undefined || asked.kind === 'fully_consistent') return asked;
  // Its caller counts on the staleness bound, of which a position says nothing.
  if (asked.kind === 'minimize_latency')
    return { kind: 'at_least_as_fresh', position: floor, withinBound: true };
  return asked.position === floor ? asked : FULLY_CONSISTENT;
}

/** Equal for requirements that may share a call. A position has no colon. */
export function requirementKey(consistency: Consistency): string {
  if (consistency.kind !== 'at_least_as_fresh') return consistency.kind;
  return `${consistency.withinBound ? 'bound' : ''}:${consistency.position}`;
}

export function sameRequirement(a: Consistency, b: Consistency): boolean {
  return requirementKey(a) === requirementKey(b);
}
