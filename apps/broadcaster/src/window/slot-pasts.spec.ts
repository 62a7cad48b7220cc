import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import fc from 'fast-check';
import { SlotPasts } from './slot-pasts.js';

const SLOT = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

describe('past of a slot', () => {
  const pastsWith = (...changes: [place: number, kind: 'set' | 'removed', version?: number][]): SlotPasts => {
    const pasts = new SlotPasts();
    for (const [place, kind, version = 2] of changes)
      pasts.add(aKeyChange(place, { ...SLOT, kind, version }));
    return pasts;
  };

  it.each<[string, SlotPasts, string]>([
    ['nothing changed it', pastsWith(), 'untouched'],
    ['it was set before', pastsWith([5, 'set']), 'key'],
    ['it was set and removed before', pastsWith([5, 'set'], [7, 'removed']), 'no key'],
    ['it was set before and removed after', pastsWith([5, 'set'], [12, 'removed']), 'key'],
    ['it was removed after', pastsWith([12, 'removed']), 'key'],
    ['its first key ever was set after', pastsWith([12, 'set', 1]), 'no key'],
    ['a later version was set after, so that there may have been one', pastsWith([12, 'set', 2]), 'unknown'],
  ])('just before a change, when %s', (_, pasts, past) => {
    expect(pasts.before(positionAt(10), SLOT)).toBe(past);
  });

  it('is not mixed up with that of another slot', () => {
    const pasts = pastsWith([5, 'set']);
    expect(pasts.before(positionAt(10), { ...SLOT, projectId: 'shop' })).toBe('untouched');
    expect(pasts.before(positionAt(10), { ...SLOT, integrationId: 'cohere' })).toBe('untouched');
  });

  it('is unknown before what was forgotten', () => {
    const pasts = pastsWith([5, 'set']);
    pasts.forgetTo(positionAt(20));
    expect(pasts.knownFrom).toEqual(positionAt(20));
    expect(pasts.before(positionAt(15), SLOT)).toBe('unknown');
    expect(pasts.before(positionAt(25), SLOT)).toBe('untouched');
  });

  it('is known after what was forgotten', () => {
    const pasts = pastsWith([5, 'set'], [25, 'removed']);
    pasts.forgetTo(positionAt(20));
    expect(pasts.before(positionAt(22), SLOT)).toBe('key');
    expect(pasts.before(positionAt(30), SLOT)).toBe('no key');
    expect(pasts.lastPosition(SLOT)).toEqual(positionAt(25));
  });

  it('is never told wrongly, however little is remembered', () => {
    const history = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 4 }), fc.nat(70), (steps, slotsKept, asked) => {
        const pasts = new SlotPasts(slotsKept);
        const versions = new Map<string, number>();
        const keyed = new Set<string>();
        const keyedAtAsked = new Set<string>();
        steps.forEach(([projectId, wantsSet], i) => {
          if (i + 1 === asked) for (const one of keyed) keyedAtAsked.add(one);
          const kind = wantsSet || !keyed.has(projectId) ? 'set' : 'removed';
          if (kind === 'set') versions.set(projectId, (versions.get(projectId) ?? 0) + 1);
          pasts.add(aKeyChange(i + 1, { ...SLOT, projectId, kind, version: versions.get(projectId)! }));
          if (kind === 'set') keyed.add(projectId);
          else keyed.delete(projectId);
        });
        if (asked > steps.length) for (const one of keyed) keyedAtAsked.add(one);
        for (const projectId of ['a', 'b', 'c', 'd']) {
          const past = pasts.before(positionAt(asked), { ...SLOT, projectId });
          if (past === 'key') expect(keyedAtAsked.has(projectId)).toBe(true);
          if (past === 'no key') expect(keyedAtAsked.has(projectId)).toBe(false);
          // The read model is then asked for the slot as it is at the end: it must be as it was.
          if (past === 'untouched') expect(keyedAtAsked.has(projectId)).toBe(keyed.has(projectId));
        }
      }),
      { numRuns: 500 },
    );
  });
});
