import { failureOf, randomKeks } from '../testing/fixtures.js';
import { checkKeyring, type KekRecord } from './check-keyring.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.port.js';

async function recordOf(keks: KeyEncryptionKeys, kekId: string): Promise<KekRecord> {
  return { kekId, checkValue: await keks.checkValue(kekId) };
}

describe('checkKeyring', () => {
  const keks = randomKeks('kek-2', 'kek-1');

  it('asks a new log to record the current key', async () => {
    expect(await checkKeyring([], keks)).toEqual(await recordOf(keks, 'kek-2'));
  });

  it('asks for nothing when the log knows the current key', async () => {
    const recorded = [await recordOf(keks, 'kek-1'), await recordOf(keks, 'kek-2')];
    expect(await checkKeyring(recorded, keks)).toBeNull();
  });

  it('asks for the new key after a rotation', async () => {
    expect(await checkKeyring([await recordOf(keks, 'kek-1')], keks)).toEqual(await recordOf(keks, 'kek-2'));
  });

  it('refuses, naming it, when a key is missing', async () => {
    const recorded = [await recordOf(keks, 'kek-2'), { kekId: 'kek-0', checkValue: 'kcv1_x' }];
    const failure = await failureOf(() => checkKeyring(recorded, keks));
    expect(failure).toMatchObject({
      code: 'UNKNOWN_KEK',
      message: expect.stringContaining('"kek-0" is missing'),
    });
  });

  it('refuses, naming it, when a key has other bytes', async () => {
    const recorded = [await recordOf(randomKeks('kek-2'), 'kek-2')];
    const failure = await failureOf(() => checkKeyring(recorded, keks));
    expect(failure).toMatchObject({
      code: 'WRONG_KEK',
      message: expect.stringContaining('"kek-2" is not the one'),
    });
  });
});
