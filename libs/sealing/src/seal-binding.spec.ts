import fc from 'fast-check';
import {
  encodeParts,
  fingerprintKeyAssociatedData,
  keyAssociatedData,
  type SealBinding,
} from './seal-binding.js';

const name = fc.string({ unit: 'binary', maxLength: 12 });
const binding: fc.Arbitrary<SealBinding> = fc.record({
  organizationId: name,
  projectId: fc.option(name, { nil: null }),
  integrationId: name,
  keyId: name,
  version: fc.integer({ min: 1, max: 0xffff_ffff }),
});

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

describe('the associated data of a sealed key', () => {
  it('differs for any two bindings that differ', () => {
    fc.assert(
      fc.property(binding, binding, (left, right) => {
        expect(keyAssociatedData(left).equals(keyAssociatedData(right))).toBe(same(left, right));
      }),
    );
  });

  it('differs when a character moves from one name to its neighbour', () => {
    fc.assert(
      fc.property(binding, name, fc.nat(), (base, text, cut) => {
        const at = cut % (text.length + 1);
        fc.pre(at !== 0 && !/[\ud800-\udfff]/.test(text));
        const whole = { ...base, organizationId: text, projectId: '' };
        const split = { ...base, organizationId: text.slice(0, at), projectId: text.slice(at) };
        expect(keyAssociatedData(whole).equals(keyAssociatedData(split))).toBe(same(whole, split));
      }),
    );
  });

  it('tells no project from a project of an empty or telling name', () => {
    const base = { organizationId: 'acme', integrationId: 'openai', keyId: 'k', version: 1 };
    const all = [null, '', 'null', '\0', '\0\0\0\0\0'].map((projectId) =>
      keyAssociatedData({ ...base, projectId }),
    );
    expect(new Set(all.map((bytes) => bytes.toString('hex'))).size).toBe(all.length);
  });

  it('keeps names apart that joining by a separator would not', () => {
    const base = { integrationId: 'openai', keyId: 'k', version: 1 };
    const left = keyAssociatedData({ ...base, organizationId: 'org:a', projectId: 'proj:b:c' });
    const right = keyAssociatedData({ ...base, organizationId: 'org:a:proj', projectId: 'b:c' });
    expect(left.equals(right)).toBe(false);
  });

  it('is never that of a fingerprint key', () => {
    fc.assert(
      fc.property(binding, (some) => {
        expect(keyAssociatedData(some).equals(fingerprintKeyAssociatedData(some.organizationId))).toBe(false);
      }),
    );
  });

  it('is injective for lists of any parts', () => {
    const part = fc.oneof(name, fc.constant(null), fc.nat(0xffff_ffff));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (left, right) => {
        expect(encodeParts(left).equals(encodeParts(right))).toBe(same(left, right));
      }),
    );
  });

  it('has the bytes that stored keys were sealed with', () => {
    const encoded = keyAssociatedData({
      organizationId: 'é',
      projectId: null,
      integrationId: 'x',
      keyId: '',
      version: 258,
    });
    const expected = ['0100000012', Buffer.from('keyward.sealed-key').toString('hex'), '0200000001']
      .concat(['0100000002', 'c3a9', '0000000000', '0100000001', '78', '0100000000', '0200000102'])
      .join('');
    expect(encoded.toString('hex')).toBe(expected);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32])('is refused for version %p', (version) => {
    const bad = { organizationId: 'a', projectId: null, integrationId: 'b', keyId: 'c', version };
    expect(() => keyAssociatedData(bad)).toThrow(expect.objectContaining({ code: 'INVALID_BINDING' }));
  });

  it('is refused for a name that UTF-8 cannot hold, as two such names would be one', () => {
    const bad = { organizationId: '\udc00', projectId: null, integrationId: 'b', keyId: 'c', version: 1 };
    expect(() => keyAssociatedData(bad)).toThrow(expect.objectContaining({ code: 'INVALID_BINDING' }));
  });
});
