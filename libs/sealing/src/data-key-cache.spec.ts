import { createSecretKey, randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { DataKeyCache, type OpenedRecord } from './data-key-cache.js';
import type { SealedKey } from './sealed-key.js';
import { PROJECT_BINDING } from './testing/fixtures.js';

const SEALED: SealedKey = {
  format: 1,
  kekId: 'kek-1',
  wrappedDataKey: 'w',
  commitment: 'c',
  nonce: 'n',
  ciphertext: 'x',
  tag: 't',
};
const OPENED: OpenedRecord = {
  sealed: SEALED,
  binding: PROJECT_BINDING,
  dataKey: createSecretKey(randomBytes(32)),
  box: { nonce: Buffer.alloc(12), ciphertext: Buffer.alloc(1), tag: Buffer.alloc(16) },
  associatedData: Buffer.alloc(1),
};

describe('DataKeyCache', () => {
  it('gives a data key for an equal record and binding', () => {
    const cache = new DataKeyCache({ size: 10, ttlMs: 1_000 });
    cache.set(OPENED);
    expect(cache.get(SEALED, PROJECT_BINDING)).toBe(OPENED);
    expect(cache.get({ ...SEALED }, { ...PROJECT_BINDING })).toBe(OPENED);
    cache.clear();
    expect(cache.get(SEALED, PROJECT_BINDING)).toBeUndefined();
  });

  it.each(Object.keys(SEALED))('gives none for a record with another %s', (field) => {
    const cache = new DataKeyCache({ size: 10, ttlMs: 1_000 });
    cache.set(OPENED);
    expect(cache.get({ ...SEALED, [field]: 'other' }, PROJECT_BINDING)).toBeUndefined();
    cache.clear();
  });

  it.each(Object.keys(PROJECT_BINDING))('gives none for a binding with another %s', (field) => {
    const cache = new DataKeyCache({ size: 10, ttlMs: 1_000 });
    cache.set(OPENED);
    expect(cache.get(SEALED, { ...PROJECT_BINDING, [field]: 'other' })).toBeUndefined();
    cache.clear();
  });

  it('drops expired data keys that nobody asks for, and then stops looking', () => {
    jest.useFakeTimers();
    try {
      let now = 1;
      const cache = new DataKeyCache({ size: 10, ttlMs: 1_000, clock: { now: () => now } });
      cache.set(OPENED);
      expect(jest.getTimerCount()).toBe(1);
      now += 2_000;
      jest.advanceTimersByTime(1_000);
      expect(cache.size).toBe(0);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
