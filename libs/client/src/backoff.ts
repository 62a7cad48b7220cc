export interface BackoffLimits {
  /** Longest first delay in milliseconds. */
  readonly minMs: number;
  /** Longest delay in milliseconds. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after that many failures in a row: doubled each time, and spread over the
 * upper half so that workers which lost a server together do not come back together.
 * @param random a number from 0 to below 1.
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: number): number {
  const ceiling = Math.min(limits.maxMs, limits.minMs * 2 ** Math.min(Math.max(failures - 1, 0), 30));
  return ceiling / 2 + (random * ceiling) / 2;
}
