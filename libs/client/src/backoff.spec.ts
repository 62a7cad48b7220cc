import fc from 'fast-check';
import { backoffMs } from './backoff.js';

const LIMITS = { minMs: 100, maxMs: 10_000 };

describe('backoffMs', () => {
  it('doubles up to the limit', () => {
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, LIMITS, 0.999999))).toEqual([
      expect.closeTo(100, 2),
      expect.closeTo(200, 2),
      expect.closeTo(400, 2),
      expect.closeTo(10_000, 1),
    ]);
  });

  it('spreads over the upper half', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), random, (failures, chance) => {
        const delay = backoffMs(failures, LIMITS, chance);
        const ceiling = backoffMs(failures, LIMITS, 0) * 2;
        expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
        expect(delay).toBeLessThanOrEqual(Math.min(ceiling, LIMITS.maxMs));
      }),
    );
  });
});
