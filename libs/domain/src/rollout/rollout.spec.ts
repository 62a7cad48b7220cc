import fc from 'fast-check';
import { alice, bob, given } from '../testing/decider-specification.js';
import { isInRollout, rollout, rolloutBucket, type RolloutEvent } from './rollout.js';

const changed: RolloutEvent = {
  type: 'RolloutChanged',
  data: { percentage: 10, include: ['acme'], exclude: [], ...alice },
};
const organizationId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/);

describe('The rollout', () => {
  it('is changed, with its lists sorted and without repeats', () => {
    given(rollout)
      .when({
        type: 'ChangeRollout',
        percentage: 5,
        include: ['b', 'a', 'b'],
        exclude: ['c'],
        expectedVersion: null,
        provenance: bob,
      })
      .then({ type: 'RolloutChanged', data: { percentage: 5, include: ['a', 'b'], exclude: ['c'], ...bob } });
  });

  it('is left alone by what it says already', () => {
    given(rollout, changed)
      .when({
        type: 'ChangeRollout',
        percentage: 10,
        include: ['acme'],
        exclude: [],
        expectedVersion: 1,
        provenance: bob,
      })
      .thenNothing();
  });

  it('refuses a change whose version has passed', () => {
    given(rollout, changed)
      .when({
        type: 'ChangeRollout',
        percentage: 20,
        include: [],
        exclude: [],
        expectedVersion: 0,
        provenance: bob,
      })
      .thenRefused('VERSION_CONFLICT');
  });

  it('lets in whom the allow list names and keeps out whom the deny list names, which wins', () => {
    expect(isInRollout('acme', { percentage: 0, include: ['acme'], exclude: [] })).toBe(true);
    expect(isInRollout('acme', { percentage: 100, include: ['acme'], exclude: ['acme'] })).toBe(false);
  });

  it('is nobody at 0 percent and everybody at 100', () => {
    fc.assert(
      fc.property(organizationId, (id) => {
        expect(isInRollout(id, { percentage: 0, include: [], exclude: [] })).toBe(false);
        expect(isInRollout(id, { percentage: 100, include: [], exclude: [] })).toBe(true);
      }),
    );
  });

  it('only ever adds organizations when the percentage is raised', () => {
    const percentage = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 100);
    fc.assert(
      fc.property(organizationId, percentage, percentage, (id, a, b) => {
        const [lower, higher] = a < b ? [a, b] : [b, a];
        const before = isInRollout(id, { percentage: lower, include: [], exclude: [] });
        const after = isInRollout(id, { percentage: higher, include: [], exclude: [] });
        expect(!before || after).toBe(true);
      }),
    );
  });

  it('takes about as many of ids that differ in a counter as the percentage says', () => {
    const inside = Array.from({ length: 20_000 }, (_, n) => rolloutBucket(`org-${n}`)).filter(
      (bucket) => bucket < 25,
    );
    // Binomial: the standard deviation is 61, so 5 of them leave a fair hash no chance to fail.
    expect(Math.abs(inside.length - 5_000)).toBeLessThan(5 * 61);
  });

  it('keeps an organization in its bucket for ever: these numbers must never change', () => {
    expect(['acme', 'globex', 'initech'].map(rolloutBucket)).toEqual(BUCKETS);
  });
});

const BUCKETS = [33.94, 92.03, 63.94];
