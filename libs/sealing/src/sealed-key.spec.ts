import { parseSealedFingerprintKey, parseSealedKey } from './sealed-key.js';
import { Sealer } from './sealer.js';
import { Secret } from './secret.js';
import { PROJECT_BINDING, randomKeks } from './testing/fixtures.js';

const TAMPERED = expect.objectContaining({ code: 'TAMPERED' }) as Error;

describe('parsing a sealed record', () => {
  const sealer = new Sealer(randomKeks('kek-1'));

  it('gives back what was stored', async () => {
    const key = await sealer.seal(Secret.fromUtf8('a key'), PROJECT_BINDING);
    const fingerprintKey = await sealer.sealFingerprintKey(Secret.fromUtf8('f'), 'acme');
    expect(parseSealedKey(JSON.parse(JSON.stringify(key)))).toEqual(key);
    expect(parseSealedFingerprintKey(JSON.parse(JSON.stringify(fingerprintKey)))).toEqual(fingerprintKey);
  });

  it('refuses one kind of record for the other', async () => {
    const key = await sealer.seal(Secret.fromUtf8('a key'), PROJECT_BINDING);
    const fingerprintKey = await sealer.sealFingerprintKey(Secret.fromUtf8('f'), 'acme');
    expect(() => parseSealedKey(fingerprintKey)).toThrow(TAMPERED);
    expect(() => parseSealedFingerprintKey(key)).toThrow(TAMPERED);
  });

  it.each([null, undefined, 'text', 7, [], {}, { format: 1 }])('refuses %j', (value) => {
    expect(() => parseSealedKey(value)).toThrow(TAMPERED);
  });

  it('refuses a record with a field missing, of another type, or added', async () => {
    const key = await sealer.seal(Secret.fromUtf8('a key'), PROJECT_BINDING);
    for (const field of Object.keys(key)) {
      const { [field]: _left, ...rest } = key as Record<string, unknown>;
      expect(() => parseSealedKey(rest)).toThrow(TAMPERED);
      expect(() => parseSealedKey({ ...key, [field]: 7 })).toThrow(TAMPERED);
    }
    expect(() => parseSealedKey({ ...key, more: 'x' })).toThrow(TAMPERED);
  });
});
