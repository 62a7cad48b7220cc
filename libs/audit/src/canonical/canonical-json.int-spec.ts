import fc from 'fast-check';
import { goldenCanonicalJson } from '../testing/index.js';
import { canonicalJson, type CanonicalValue } from './canonical-json.js';

describe('Canonical JSON', () => {
  it.each(goldenCanonicalJson().map(({ name, json, canonical }) => [name, json, canonical]))(
    'writes %s',
    (_name, json, canonical) => {
      expect(canonicalJson(JSON.parse(json) as CanonicalValue)).toBe(canonical);
    },
  );

  it('is one text for values that are equal, and JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, seed) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value, seed) as CanonicalValue)).toBe(text);
        expect(canonicalJson(JSON.parse(text) as CanonicalValue)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is always text that UTF-8 can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        const text = canonicalJson({ [name]: value, lone: `${value}\ud800` });
        expect(Buffer.from(text).toString()).toBe(text);
      }),
    );
  });

  it('leaves out what is absent, as JSON.stringify does, and keeps null', () => {
    expect(canonicalJson({ b: undefined, a: null })).toBe('{"a":null}');
  });

  it.each([
    ['NaN', NaN],
    ['an infinite number', -Infinity],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['a function', () => 1],
    ['undefined in an array', [undefined]],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value as unknown as CanonicalValue)).toThrow(TypeError);
    expect(() => canonicalJson({ a: value === undefined ? [value] : value } as never)).toThrow(TypeError);
  });
});

/** Equal, with the fields of its objects in another order. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, seed));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, each]) => [name, shuffled(each, seed)] as const);
  const cut = fields.length === 0 ? 0 : seed % fields.length;
  return Object.fromEntries([...fields.slice(cut), ...fields.slice(0, cut)].reverse());
}
