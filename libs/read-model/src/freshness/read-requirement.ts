import { InvalidPositionError, KeywardError, decodePosition, type LogPosition } from '@keyward/contracts';

/** How fresh an answer must be. */
export type ReadRequirement =
  | { readonly kind: 'minimize_latency' }
  /** `field` names, to the caller, where the position came from. `withinBound`: inside the staleness bound too. */
  | {
      readonly kind: 'at_least_as_fresh';
      readonly position: LogPosition;
      readonly field?: string;
      readonly withinBound?: boolean | undefined;
    }
  | { readonly kind: 'fully_consistent' };

/** As a request has it; false counts as not asked. */
export interface RequestedConsistency {
  readonly atLeastAsFresh?: string | undefined;
  readonly fullyConsistent?: boolean | undefined;
  readonly minimizeLatency?: boolean | undefined;
  /** Says nothing new of a level that has the bound anyway. */
  readonly withinBound?: boolean | undefined;
}

export const MINIMIZE_LATENCY: ReadRequirement = Object.freeze({ kind: 'minimize_latency' });
const FULLY_CONSISTENT: ReadRequirement = Object.freeze({ kind: 'fully_consistent' });

/**
 * What a request asks for; nothing asked is `minimize_latency`.
 * @param field how the caller knows the field, for the refusal
 * @throws KeywardError INVALID_REQUEST on a position that is malformed or of another log, or on more than one level
 */
export function parseRequirement(
  storeId: string,
  requested: RequestedConsistency,
  field: string,
): ReadRequirement {
  const { atLeastAsFresh, fullyConsistent, minimizeLatency } = requested;
  const levels =
    Number(atLeastAsFresh !== undefined) +
    Number(fullyConsistent === true) +
    Number(minimizeLatency === true);
  if (levels > 1)
    throw invalidRequirement(field, 'names more than one level of consistency: send exactly one, or none');
  if (atLeastAsFresh !== undefined) {
    const position = parsePosition(storeId, atLeastAsFresh, field);
    return { kind: 'at_least_as_fresh', position, field, withinBound: requested.withinBound };
  }
  return fullyConsistent === true ? FULLY_CONSISTENT : MINIMIZE_LATENCY;
}

export function invalidRequirement(field: string, rule: string): KeywardError {
  return new KeywardError('INVALID_REQUEST', `${field} ${rule}.`, { violations: [{ field, rule }] });
}

function parsePosition(storeId: string, token: string, field: string): LogPosition {
  try {
    return decodePosition(storeId, token);
  } catch (error) {
    if (error instanceof InvalidPositionError) throw invalidRequirement(field, error.message);
    throw error;
  }
}
