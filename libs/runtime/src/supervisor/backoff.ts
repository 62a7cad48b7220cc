export interface BackoffLimits {
  /** First delay in milliseconds. */
  readonly minMs: number;
  /** Longest delay in milliseconds. */
  readonly maxMs: number;
}

/**
 * How long to wait before attempt `failures + 1`: doubled each time, and spread over the upper half
 * so that several processes which failed together do not return together.
 * @param random a number from 0 to below 1.
 */
export function backoffDelay(failures: number, limits: BackoffLimits, random: number): number {
  const ceiling = Math.min(limits.maxMs, limits.minMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}
