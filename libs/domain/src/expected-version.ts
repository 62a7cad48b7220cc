import { refuse, type Decision } from './decider.js';

/**
 * From If-Match: a version number, or several of which it must be one; 'any' for `*` (it must exist,
 * whatever its version), or null for no condition.
 */
export type ExpectedVersion = number | readonly number[] | 'any' | null;

/** A refusal when the current version (null: there is nothing) is not the one the caller saw. */
export function versionConflict(expected: ExpectedVersion, current: number | null): Decision<never> | null {
  if (expected === null) return null;
  if (current !== null && isExpected(expected, current)) return null;
  const now = current === null ? 'there is none now' : `it is at version ${current} now`;
  return refuse(
    'VERSION_CONFLICT',
    `If-Match does not hold: ${now}. Read it again and repeat the change if it is still wanted.`,
    {
      currentVersion: current === null ? '' : String(current),
    },
  );
}

function isExpected(expected: Exclude<ExpectedVersion, null>, current: number): boolean {
  if (expected === 'any') return true;
  return typeof expected === 'number' ? expected === current : expected.includes(current);
}
