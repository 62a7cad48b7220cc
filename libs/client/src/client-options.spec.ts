import { checkOptions, type KeywardClientOptions } from './client-options.js';

const GOOD: KeywardClientOptions = { target: 'keyward:50051', token: 'a.b.c', organizationId: 'acme' };

describe('checkOptions', () => {
  it('has defaults for all limits', () => {
    expect(checkOptions(GOOD)).toEqual({
      maxEntries: 10_000,
      maxLeaseMs: Infinity,
      notConfiguredMs: 1_000,
      deadlineMs: 2_000,
    });
  });

  it('holds nothing when the cache is off', () => {
    expect(checkOptions({ ...GOOD, cache: false }).maxEntries).toBe(0);
  });

  it.each([
    ['target', { target: ' ' }],
    ['organizationId', { organizationId: '' }],
    ['watchTarget', { watchTarget: '' }],
    ['deadlineMs', { deadlineMs: 0 }],
    ['deadlineMs', { deadlineMs: NaN }],
    ['heartbeatMs', { heartbeatMs: -1 }],
    ['cache.maxEntries', { cache: { maxEntries: -1 } }],
    ['cache.maxLeaseMs', { cache: { maxLeaseMs: 0 } }],
  ])('names %s when it breaks its rule', (field, wrong) => {
    expect(() => checkOptions({ ...GOOD, ...wrong })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', metadata: expect.objectContaining({ field }) }),
    );
  });
});
