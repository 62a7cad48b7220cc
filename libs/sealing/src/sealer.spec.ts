import fc from 'fast-check';
import { InProcessKeks } from './kek/in-process-keks.js';
import { KeyEncryptionKeys, type WrappedDataKey } from './kek/key-encryption-keys.port.js';
import { parseSealedKey, type SealedKey } from './sealed-key.js';
import { Sealer } from './sealer.js';
import { Secret } from './secret.js';
import { PROJECT_BINDING, randomKeks, shapesOf } from './testing/fixtures.js';
import { Unsealer } from './unsealer.js';

/** Sealed by format 1: it must open for as long as there are logs that hold such records. */
const GOLDEN: SealedKey = {
  format: 1,
  kekId: 'kek-golden',
  wrappedDataKey:
    'CBmh9QjKAzhdq7yUAJ8IAGxgZC-g3NEeAJhcg_F4lmbE6SvcLIR91NXYkKsJOAfVeNwEfVMqvZDDqajx1pZzO988e_Igfj39hZXMow',
  commitment: 'QB_FQcrEKgj6fsui2HXlMDx-8cSEwkTT0fTyIohBJqQ',
  nonce: 'l-jJ9Bgyny8iUagj',
  ciphertext: 'm-GmGQ8xfE9-',
  tag: 'RAu-ZBKYWgZrnG--PuLYdA',
};

/** Writes down every data key that passes. */
class WatchedKeks extends KeyEncryptionKeys {
  readonly dataKeys: string[] = [];
  readonly handedOver: Buffer[] = [];

  constructor(private readonly inner: KeyEncryptionKeys) {
    super();
  }

  currentId(): string {
    return this.inner.currentId();
  }

  has(kekId: string): boolean {
    return this.inner.has(kekId);
  }

  wrap(dataKey: Buffer, associatedData: Buffer): Promise<WrappedDataKey> {
    this.dataKeys.push(dataKey.toString('hex'));
    this.handedOver.push(dataKey);
    return this.inner.wrap(dataKey, associatedData);
  }

  async unwrap(kekId: string, wrapped: Buffer, associatedData: Buffer): Promise<Buffer> {
    const dataKey = await this.inner.unwrap(kekId, wrapped, associatedData);
    this.handedOver.push(dataKey);
    return dataKey;
  }

  checkValue(kekId: string): Promise<string> {
    return this.inner.checkValue(kekId);
  }
}

describe('Sealer', () => {
  it('seals any bytes so that they come back where they were sealed for', async () => {
    const keks = randomKeks('kek-1');
    const [sealer, unsealer] = [new Sealer(keks), new Unsealer(keks)];
    let keyNumber = 0;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        const binding = { ...PROJECT_BINDING, keyId: `key-${keyNumber++}` };
        const sealed = await sealer.seal(Secret.fromBytes(bytes), binding);
        const stored: unknown = JSON.parse(JSON.stringify(sealed));
        expect((await unsealer.unseal(parseSealedKey(stored), binding)).reveal().equals(bytes)).toBe(true);
        expect(unsealer.unsealCached(sealed, binding)?.reveal().equals(bytes)).toBe(true);
      }),
    );
  });

  it('never uses a data key, a nonce or a commitment twice', async () => {
    const keks = new WatchedKeks(randomKeks('kek-1'));
    const sealer = new Sealer(keks);
    const secret = Secret.fromUtf8('the same key each time');
    const count = 20_000;
    const seen = {
      nonce: new Set<string>(),
      commitment: new Set<string>(),
      wrapped: new Set<string>(),
      tag: new Set<string>(),
    };
    for (let i = 0; i < count; i++) {
      const sealed = await sealer.seal(secret, PROJECT_BINDING);
      seen.nonce.add(sealed.nonce);
      seen.commitment.add(sealed.commitment);
      seen.wrapped.add(sealed.wrappedDataKey);
      seen.tag.add(sealed.tag);
      keks.handedOver.length = 0;
    }
    expect(Object.values(seen).map((set) => set.size)).toEqual([count, count, count, count]);
    expect(new Set(keks.dataKeys).size).toBe(count);
  }, 60_000);

  it('zeroes each data key after its use', async () => {
    const keks = new WatchedKeks(randomKeks('kek-1'));
    const sealed = await new Sealer(keks).seal(Secret.fromUtf8('a key'), PROJECT_BINDING);
    await new Unsealer(keks).unseal(sealed, PROJECT_BINDING);
    expect(keks.handedOver).toHaveLength(2);
    expect(keks.handedOver.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  it('leaves nothing of the key in the record', async () => {
    const key = Buffer.from('sk-canary-5f1d0c2b9a8e7d6c-0123456789');
    const sealed = await new Sealer(randomKeks('kek-1')).seal(Secret.fromBytes(key), PROJECT_BINDING);
    for (const shape of shapesOf(key)) expect(JSON.stringify(sealed)).not.toContain(shape);
  });

  it('seals under the current key encryption key', async () => {
    const sealed = await new Sealer(randomKeks('kek-new', 'kek-old')).seal(
      Secret.fromUtf8('a key'),
      PROJECT_BINDING,
    );
    expect(sealed.kekId).toBe('kek-new');
    expect(sealed.format).toBe(1);
  });

  it('opens a record that the first release stored', async () => {
    const keks = new InProcessKeks(
      [{ id: 'kek-golden', bytes: Buffer.alloc(32, 7) }],
      'kek-golden',
      'the test',
    );
    const secret = await new Unsealer(keks).unseal(GOLDEN, PROJECT_BINDING);
    expect(secret.reveal().toString()).toBe('sk-golden');
  });
});
