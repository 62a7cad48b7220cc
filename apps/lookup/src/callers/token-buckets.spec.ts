import fc from 'fast-check';
import { TokenBuckets } from './token-buckets.js';

describe('TokenBuckets', () => {
  it('let a second of use through at once, then at the rate', () => {
    const buckets = new TokenBuckets(10);
    buckets.take('a', 10, 0);
    expect(buckets.waitMs('a', 0)).toBeCloseTo(100);
    expect(buckets.waitMs('a', 99)).toBeGreaterThan(0);
    expect(buckets.waitMs('a', 101)).toBe(0);
  });

  it('go into debt for an amount larger than they hold, and make the next one wait for it', () => {
    const buckets = new TokenBuckets(10);
    buckets.take('a', 500, 0);
    expect(buckets.waitMs('a', 0)).toBeCloseTo(49_100);
    expect(buckets.waitMs('a', 49_101)).toBe(0);
  });

  it('keep names apart', () => {
    const buckets = new TokenBuckets(1);
    buckets.take('a', 5, 0);
    expect(buckets.waitMs('b', 0)).toBe(0);
  });

  it('set no limit at a rate of 0', () => {
    const buckets = new TokenBuckets(0);
    buckets.take('a', 1_000_000, 0);
    expect(buckets.waitMs('a', 0)).toBe(0);
  });

  it('never let more through in a span of time than the rate allows, plus one burst and one amount', () => {
    const steps = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 500 }), amount: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (rate, asked) => {
        const buckets = new TokenBuckets(rate);
        let now = 0;
        let taken = 0;
        for (const { afterMs, amount } of asked) {
          now += afterMs;
          if (buckets.waitMs('a', now) > 0) continue;
          buckets.take('a', amount, now);
          taken += amount;
        }
        expect(taken).toBeLessThanOrEqual(rate + (now / 1_000) * rate + 20 + 1e-6);
      }),
    );
  });
});
