import type { Violation } from './checker/log-view.js';

/** `npm run test:faults`: as many rounds, and faults as long, as a release wants. */
export const FULL = process.env['KEYWARD_FAULTS_FULL'] === '1';

/** Of every run of every spec; printed with each, so that a failed one can be made again. */
export const SEED = Number(process.env['KEYWARD_FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** How many rounds to go: as asked for, or what is usual. */
export function roundsOf({ usual, full }: { readonly usual: number; readonly full: number }): number {
  return Number(process.env['KEYWARD_FAULTS_ROUNDS'] ?? (FULL ? full : usual));
}

/** @throws Error that names the seed, when, and which rules were broken, with a few examples of each */
export function expectNone(violations: readonly Violation[], when: string): void {
  if (violations.length === 0) return;
  const rules = [...new Set(violations.map(({ rule }) => rule))].map((rule) => {
    const broken = violations.filter((violation) => violation.rule === rule);
    return [`${rule}, ${broken.length} times:`, ...broken.slice(0, 4).map(({ what }) => what)].join('\n  ');
  });
  throw new Error(`KEYWARD_FAULTS_SEED=${SEED}, ${when}:\n${rules.join('\n')}`);
}
