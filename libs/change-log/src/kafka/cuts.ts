import { comparePositions, type LogPosition } from '@keyward/contracts';

/** A place in the topic: every change up to `position` is in it below these offsets, one for each partition. */
export interface Cut {
  readonly position: LogPosition;
  /** Partitions added later begin at 0. */
  readonly offsets: readonly number[];
}

/** How many cuts are kept: with four to a window they reach back two of them. */
const CUTS_KEPT = 9;
const CUTS_PER_WINDOW = 4;

/** The cut moved on: the last place is replaced until it is far enough from the one before to be kept. */
export function advance(cuts: readonly Cut[], next: Cut, window: number): Cut[] {
  const [before, last] = cuts.slice(-2);
  const replace = before && last && distance(before, last) < window / CUTS_PER_WINDOW;
  return [...(replace ? cuts.slice(0, -1) : cuts), next].slice(-CUTS_KEPT);
}

/**
 * The newest cut that has at least `window` changes after it, else the oldest, of those whose changes are all kept.
 * Where none is, reading begins at the last cut, with what is kept of what came since: only what no relay wrote can have
 * been dropped there already, as the cut is never far behind.
 */
export function startOfWindow(cuts: readonly Cut[], window: number, low: readonly number[]): Cut | undefined {
  const kept = cuts.filter(({ offsets }) =>
    low.every((oldest, partition) => (offsets[partition] ?? 0) >= oldest),
  );
  const last = cuts.at(-1);
  if (kept.length === 0 && last)
    return {
      ...last,
      offsets: low.map((oldest, partition) => Math.max(oldest, last.offsets[partition] ?? 0)),
    };
  return kept.findLast((cut) => distance(cut, last!) >= window) ?? kept[0];
}

/** The newest cut that the topic still reaches. Where it does not, its end was lost, or it was made anew. */
export function newestHeld(cuts: readonly Cut[], end: readonly number[]): Cut | undefined {
  return cuts.findLast(({ offsets }) =>
    offsets.every((offset, partition) => offset <= (end[partition] ?? 0)),
  );
}

/** Whether everything below the cut has been read; `next` is the offset to be read next, by partition. */
export function isReached({ offsets }: Cut, next: readonly number[]): boolean {
  return offsets.every((offset, partition) => (next[partition] ?? 0) >= offset);
}

export function isBefore(a: LogPosition, b: LogPosition): boolean {
  return comparePositions(a, b) < 0;
}

function distance(from: Cut, to: Cut): number {
  return to.offsets.reduce((sum, offset, partition) => sum + offset - (from.offsets[partition] ?? 0), 0);
}
