import type { Violation } from './checker/log-view.js';

/** `npm run test:faults`: as many rounds, and faults as long, as a release wants. */
export const FULL = process.env['KEYWARD_FAULTS_FULL'] === '1';

/** Of every run of every spec; printed with each, so that a failed one can be made again. */
export const SEED = Number(process.env['KEYWARD_FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** How many rounds to go: as asked for, or what is usual. */
export function roundsOf({ usual, full }: { readonly usual: number; readonly full: number }): number {
  return Number(process.env['KEYWARD_FAULTS_ROUNDS'] ?? (FULL ? full : usual));
}

/** @throws Error that names the seed, when, and the first violations */
export function expectNone(violations: readonly Violation[], when: string): void {
  if (violations.length === 0) return;
  const shown = violations.slice(0, 10).map(({ rule, what }) => `${rule}: ${what}`);
  throw new Error(
    `KEYWARD_FAULTS_SEED=${SEED}, ${when}: ${violations.length} violations\n${shown.join('\n')}`,
  );
}
