import fc from 'fast-check';
import { positionAt } from '../testing/index.js';
import { advance, isReached, newestHeld, startOfWindow, type Cut } from './cuts.js';

const cut = (place: number, ...offsets: number[]): Cut => ({ position: positionAt(place), offsets });

/** The cuts of a relay that sent changes in sends of these sizes, into two partitions by turns. */
function relayed(sends: readonly number[], window: number): { cuts: readonly Cut[]; all: Cut[] } {
  const all = [cut(0, 0, 0)];
  let cuts: readonly Cut[] = all;
  sends.forEach((size, index) => {
    const offsets = [...all.at(-1)!.offsets];
    offsets[index % 2]! += size;
    const next = cut(index + 1, ...offsets);
    all.push(next);
    cuts = advance(cuts, next, window);
  });
  return { cuts, all };
}

const total = ({ offsets }: Cut): number => offsets.reduce((sum, offset) => sum + offset, 0);

describe('cuts', () => {
  const window = 40;
  const sends = fc.array(fc.integer({ min: 0, max: window / 4 }), { maxLength: 200 });

  it('stay few, and end where the relay is', () => {
    fc.assert(
      fc.property(sends, (sizes) => {
        const { cuts, all } = relayed(sizes, window);
        expect(cuts.length).toBeLessThanOrEqual(9);
        expect(cuts.at(-1)).toEqual(all.at(-1));
      }),
    );
  });

  it('begin a window with at least as many changes as asked for, and not many more', () => {
    fc.assert(
      fc.property(sends, (sizes) => {
        const { cuts, all } = relayed(sizes, window);
        const start = startOfWindow(cuts, window, [0, 0])!;
        const inWindow = total(all.at(-1)!) - total(start);
        expect(inWindow).toBeGreaterThanOrEqual(Math.min(window, total(all.at(-1)!)));
        expect(inWindow).toBeLessThanOrEqual(2 * window);
      }),
    );
  });

  it('begin no window before what is kept', () => {
    const cuts = [cut(1, 0, 0), cut(2, 10, 0), cut(3, 10, 30)];
    expect(startOfWindow(cuts, 100, [5, 0])).toEqual(cuts[1]);
    expect(startOfWindow(cuts, 100, [11, 0])).toEqual(cut(3, 11, 30));
    expect(startOfWindow([], 100, [0, 0])).toBeUndefined();
  });

  it('are held as far as the topic reaches', () => {
    const cuts = [cut(1, 0, 0), cut(2, 10, 0), cut(3, 10, 30)];
    expect(newestHeld(cuts, [10, 30])).toEqual(cuts[2]);
    expect(newestHeld(cuts, [10, 29])).toEqual(cuts[1]);
    expect(newestHeld(cuts.slice(1), [9, 30])).toBeUndefined();
  });

  it('are reached when all partitions were read that far, those too that were added later', () => {
    expect(isReached(cut(1, 2, 3), [2, 3])).toBe(true);
    expect(isReached(cut(1, 2, 3), [2, 2])).toBe(false);
    expect(isReached(cut(1, 2, 3), [2])).toBe(false);
    expect(isReached(cut(1, 2), [2, 0])).toBe(true);
  });
});
