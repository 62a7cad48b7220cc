import { jest } from '@jest/globals';
import { InProcessKeks } from './kek/in-process-keks.js';
import type { SealedKey } from './sealed-key.js';
import { Sealer } from './sealer.js';
import { Secret } from './secret.js';
import { failureOf, PROJECT_BINDING, randomKeks } from './testing/fixtures.js';
import { Unsealer } from './unsealer.js';

const KEY = 'sk-canary-5f1d0c2b9a8e7d6c';
const keks = randomKeks('kek-1');
const sealer = new Sealer(keks);

function sealedAs(keyId: string): Promise<SealedKey> {
  return sealer.seal(Secret.fromUtf8(KEY), { ...PROJECT_BINDING, keyId });
}

describe('Unsealer', () => {
  it('opens without waiting once the data key is at hand', async () => {
    const unsealer = new Unsealer(keks);
    const sealed = await sealedAs('key-1');
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)).toBeUndefined();
    await unsealer.unseal(sealed, PROJECT_BINDING);
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)?.reveal().toString()).toBe(KEY);
    unsealer.clear();
  });

  it('gives each caller bytes of its own, so that one may destroy them', async () => {
    const unsealer = new Unsealer(keks);
    const sealed = await sealedAs('key-1');
    (await unsealer.unseal(sealed, PROJECT_BINDING)).destroy();
    unsealer.unsealCached(sealed, PROJECT_BINDING)?.destroy();
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)?.reveal().toString()).toBe(KEY);
    unsealer.clear();
  });

  it('asks the key encryption key again after the time to live, however often the key was used', async () => {
    let now = 1_000;
    const unsealer = new Unsealer(keks, { ttlMs: 60_000, clock: { now: () => now } });
    const sealed = await sealedAs('key-1');
    await unsealer.unseal(sealed, PROJECT_BINDING);
    now += 59_999;
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)).toBeDefined();
    now += 2;
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)).toBeUndefined();
    unsealer.clear();
  });

  it('holds no more data keys than it was told', async () => {
    const unsealer = new Unsealer(keks, { size: 2 });
    const all = await Promise.all(['a', 'b', 'c'].map((id) => sealedAs(id)));
    for (const [index, sealed] of all.entries()) {
      await unsealer.unseal(sealed, { ...PROJECT_BINDING, keyId: 'abc'[index]! });
    }
    const atHand = all.map((sealed, index) =>
      unsealer.unsealCached(sealed, { ...PROJECT_BINDING, keyId: 'abc'[index]! }),
    );
    expect(atHand.map((secret) => secret !== undefined)).toEqual([false, true, true]);
    unsealer.clear();
  });

  it('forgets a data key', async () => {
    const unsealer = new Unsealer(keks);
    const sealed = await sealedAs('key-1');
    await unsealer.unseal(sealed, PROJECT_BINDING);
    unsealer.forget('key-1');
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)).toBeUndefined();
  });

  it('does not bring a data key back that was forgotten while it was being unwrapped', async () => {
    const slow = randomKeks('kek-1');
    const sealed = await new Sealer(slow).seal(Secret.fromUtf8(KEY), PROJECT_BINDING);
    let release = (): void => undefined;
    const unwrap = slow.unwrap.bind(slow);
    jest.spyOn(slow, 'unwrap').mockImplementation(async (...args) => {
      await new Promise<void>((resolve) => (release = resolve));
      return unwrap(...args);
    });
    const unsealer = new Unsealer(slow);
    const opening = unsealer.unseal(sealed, PROJECT_BINDING);
    unsealer.forget('key-1');
    release();
    expect((await opening).reveal().toString()).toBe(KEY);
    expect(unsealer.unsealCached(sealed, PROJECT_BINDING)).toBeUndefined();
  });

  it('keeps opening old records after the key encryption key was rotated', async () => {
    const bytes = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;
    const before = new InProcessKeks([{ id: 'kek-old', bytes: bytes[0] }], 'kek-old', 'the test');
    const sealed = await new Sealer(before).seal(Secret.fromUtf8(KEY), PROJECT_BINDING);
    const both = [
      { id: 'kek-new', bytes: bytes[1] },
      { id: 'kek-old', bytes: bytes[0] },
    ];
    const after = new Unsealer(new InProcessKeks(both, 'kek-new', 'the test'));
    expect((await after.unseal(sealed, PROJECT_BINDING)).reveal().toString()).toBe(KEY);
    after.clear();
  });

  it('names the key encryption key that is missing', async () => {
    const failure = await failureOf(async () =>
      new Unsealer(randomKeks('kek-9')).unseal(await sealedAs('key-1'), PROJECT_BINDING),
    );
    expect(failure).toMatchObject({ code: 'UNKNOWN_KEK', message: expect.stringContaining('"kek-1"') });
  });

  it('names the key encryption key whose bytes are others', async () => {
    const failure = await failureOf(async () =>
      new Unsealer(randomKeks('kek-1')).unseal(await sealedAs('key-1'), PROJECT_BINDING),
    );
    expect(failure).toMatchObject({ code: 'WRONG_KEK', message: expect.stringContaining('"kek-1"') });
  });

  it('does not repeat what a tampered record names as its key encryption key', async () => {
    const sealed = { ...(await sealedAs('key-1')), kekId: 'x\n{"level":"fatal"}' };
    const failure = await failureOf(() => new Unsealer(keks).unseal(sealed, PROJECT_BINDING));
    expect(failure).toMatchObject({ code: 'TAMPERED', message: expect.not.stringContaining('fatal') });
  });
});
