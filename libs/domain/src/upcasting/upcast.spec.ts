import { lift, upcast, type Upcasters } from './upcast.js';

const UPCASTERS: Upcasters = {
  KeyNamed: {
    1: (data) => ({ ...data, name: 'unnamed' }),
    3: ({ ...data }) => ({ ...data, name: (data as { name: string }).name.toUpperCase() }),
  },
};
const stored = (schemaVersion: unknown, data = {}, type = 'KeyNamed') => ({
  type,
  data,
  metadata: { schemaVersion },
});

describe('lifting stored events', () => {
  it('leaves an event of the newest version as it is', () => {
    const data = { name: 'a' };
    expect(lift(stored(4, data), UPCASTERS, 4)).toBe(data);
  });

  it('lifts an older one version by version, over those in which its type stayed as it was', () => {
    expect(lift(stored(1), UPCASTERS, 4)).toEqual({ name: 'UNNAMED' });
    expect(lift(stored(2, { name: 'a' }), UPCASTERS, 4)).toEqual({ name: 'A' });
    expect(lift(stored(3, { name: 'a' }), UPCASTERS, 4)).toEqual({ name: 'A' });
  });

  it('leaves what was recorded untouched', () => {
    const data = Object.freeze({});
    lift(stored(1, data), UPCASTERS, 4);
    expect(data).toEqual({});
  });

  it('leaves types that never changed as they are, whatever their name', () => {
    expect(lift(stored(1, { a: 1 }, 'Another'), UPCASTERS, 4)).toEqual({ a: 1 });
    expect(lift(stored(1, { a: 1 }, 'constructor'), UPCASTERS, 4)).toEqual({ a: 1 });
  });

  it.each([5, 0, -1, 1.5, '1', null, undefined])('refuses version %p, and says what it reads', (version) => {
    expect(() => lift(stored(version), UPCASTERS, 4)).toThrow(
      `KeyNamed has schema version ${String(version)}; this release reads 1 to 4`,
    );
  });

  it('is at version 1 today', () => {
    expect(() => upcast(stored(2))).toThrow('KeyNamed has schema version 2; this release reads 1');
  });
});
