import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { InProcessKeks } from './kek/in-process-keks.js';
import type { SealBinding } from './seal-binding.js';
import type { Envelope, SealedKey } from './sealed-key.js';
import { Sealer } from './sealer.js';
import { Secret } from './secret.js';
import { failureOf, PROJECT_BINDING } from './testing/fixtures.js';
import { Unsealer } from './unsealer.js';

// Thousands of refusals per test, on machines that may be busy.
jest.setTimeout(60_000);

const KEY = 'sk-canary-5f1d0c2b9a8e7d6c';
const FIELDS = ['kekId', 'wrappedDataKey', 'commitment', 'nonce', 'ciphertext', 'tag'] as const;
const BYTE_FIELDS = FIELDS.filter((field) => field !== 'kekId');
const OTHER_BINDING: SealBinding = { ...PROJECT_BINDING, organizationId: 'globex', keyId: 'key-2' };

const raw = ['kek-1', 'kek-2'].map((id) => ({ id, bytes: randomBytes(32) }));
const keks = new InProcessKeks(raw, 'kek-1', 'the test');
const keksLedBySecond = new InProcessKeks(raw, 'kek-2', 'the test');
const sealer = new Sealer(keks);

/** Without and with the data key at hand: the cache must not open what the unwrapping would refuse. */
async function unsealers(sealed: SealedKey, binding: SealBinding): Promise<[string, Unsealer][]> {
  const warm = new Unsealer(keks);
  await warm.unseal(sealed, binding);
  return [
    ['cold', new Unsealer(keks)],
    ['warm', warm],
  ];
}

function* oneBitFlips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield flipped;
  }
}

async function expectRefused(unsealer: Unsealer, sealed: SealedKey, binding: SealBinding): Promise<void> {
  const failure = await failureOf(() => unsealer.unseal(sealed, binding));
  expect(['TAMPERED', 'UNKNOWN_KEK', 'WRONG_KEK']).toContain(failure.code);
  expect(failure.message).not.toContain('canary');
}

describe('a sealed key', () => {
  let sealed: SealedKey;

  beforeAll(async () => {
    sealed = await sealer.seal(Secret.fromUtf8(KEY), PROJECT_BINDING);
  });

  it.each(BYTE_FIELDS)('is refused when any one bit of its %s is flipped', async (field) => {
    let flips = 0;
    for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
      for (const flipped of oneBitFlips(Buffer.from(sealed[field], 'base64url'))) {
        await expectRefused(unsealer, { ...sealed, [field]: flipped.toString('base64url') }, PROJECT_BINDING);
        flips += 1;
      }
    }
    expect(flips).toBeGreaterThanOrEqual(2 * 8 * 12);
  });

  it.each(FIELDS)('is refused when any one bit of the text of its %s is flipped', async (field) => {
    for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
      for (const flipped of oneBitFlips(Buffer.from(sealed[field], 'latin1'))) {
        await expectRefused(unsealer, { ...sealed, [field]: flipped.toString('latin1') }, PROJECT_BINDING);
      }
    }
  });

  it.each([0, 2, 3, '1', 'fingerprint-key/1', null, undefined])(
    'is refused under the format %p',
    async (format) => {
      for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
        await expectRefused(unsealer, { ...sealed, format } as unknown as SealedKey, PROJECT_BINDING);
      }
    },
  );

  it.each(FIELDS)('is refused when its %s is cut, padded, emptied, absent or no text', async (field) => {
    const text = sealed[field];
    const others = [
      text.slice(0, -1),
      text.slice(1),
      `${text}=`,
      `${text}A`,
      ` ${text}`,
      `${text}\n`,
      '',
      undefined,
      null,
      7,
      [text],
    ];
    for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
      for (const other of others) {
        await expectRefused(unsealer, { ...sealed, [field]: other }, PROJECT_BINDING);
      }
    }
  });

  it('is refused with a tag cut to 4 bytes, which node accepts unless told the length', async () => {
    const tag = Buffer.from(sealed.tag, 'base64url').subarray(0, 4).toString('base64url');
    for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
      const failure = await failureOf(() => unsealer.unseal({ ...sealed, tag }, PROJECT_BINDING));
      expect(failure.code).toBe('TAMPERED');
    }
  });

  it('is refused when any of its fields are swapped with those of another record', async () => {
    // Another key encryption key as well, so that every field of the two differs.
    const other = await new Sealer(keksLedBySecond).seal(Secret.fromUtf8(`${KEY}-other`), OTHER_BINDING);
    for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
      await unsealer.unseal(other, OTHER_BINDING);
      for (let subset = 1; subset < 1 << FIELDS.length; subset++) {
        const taken = FIELDS.filter((_, index) => subset & (1 << index));
        const mixed: SealedKey = { ...sealed, ...pick(other, taken) };
        await expectRefused(unsealer, mixed, PROJECT_BINDING);
        if (taken.length < FIELDS.length) await expectRefused(unsealer, mixed, OTHER_BINDING);
      }
    }
  });

  it('is refused when one field comes from another sealing of the same key for the same place', async () => {
    const again = await sealer.seal(Secret.fromUtf8(KEY), PROJECT_BINDING);
    for (const [, unsealer] of await unsealers(sealed, PROJECT_BINDING)) {
      for (const field of BYTE_FIELDS) {
        await expectRefused(unsealer, { ...sealed, [field]: again[field] }, PROJECT_BINDING);
      }
    }
  });

  it('is refused under any other binding, also when the data key is at hand', async () => {
    const name = fc.string({ minLength: 1, maxLength: 8 });
    const change = fc.oneof(
      name.map((organizationId) => ({ organizationId })),
      fc.option(name, { nil: null }).map((projectId) => ({ projectId })),
      name.map((integrationId) => ({ integrationId })),
      name.map((keyId) => ({ keyId })),
      fc.integer({ min: 1, max: 0xffff_ffff }).map((version) => ({ version })),
    );
    const both = await unsealers(sealed, PROJECT_BINDING);
    await fc.assert(
      fc.asyncProperty(change, async (changed) => {
        const binding: SealBinding = { ...PROJECT_BINDING, ...changed };
        fc.pre(JSON.stringify(binding) !== JSON.stringify(PROJECT_BINDING));
        for (const [, unsealer] of both) await expectRefused(unsealer, sealed, binding);
      }),
    );
  });

  it('still opens after all that, so that the refusals above mean something', async () => {
    expect((await new Unsealer(keks).unseal(sealed, PROJECT_BINDING)).reveal().toString()).toBe(KEY);
  });
});

describe('a sealed fingerprint key', () => {
  it('does not pass for a key, nor a key for it', async () => {
    const binding: SealBinding = { ...PROJECT_BINDING, projectId: null };
    const unsealer = new Unsealer(keks);
    const key = await sealer.seal(Secret.fromUtf8(KEY), binding);
    const fingerprintKey = await sealer.sealFingerprintKey(Secret.fromBytes(Buffer.alloc(32, 1)), 'acme');
    const asKey = { ...fingerprintKey, format: 1 } as const;
    const asFingerprintKey = { ...key, format: 'fingerprint-key/1' } as const;
    expect((await failureOf(() => unsealer.unseal(asKey, binding))).code).toBe('TAMPERED');
    expect((await failureOf(() => unsealer.unsealFingerprintKey(asFingerprintKey, 'acme'))).code).toBe(
      'TAMPERED',
    );
    expect((await failureOf(() => unsealer.unsealFingerprintKey(key as never, 'acme'))).code).toBe(
      'TAMPERED',
    );
  });

  it('opens for its organization and for no other', async () => {
    const unsealer = new Unsealer(keks);
    const sealed = await sealer.sealFingerprintKey(Secret.fromBytes(Buffer.alloc(32, 1)), 'acme');
    const opened = await unsealer.unsealFingerprintKey(sealed, 'acme');
    expect(opened.reveal().equals(Buffer.alloc(32, 1))).toBe(true);
    expect((await failureOf(() => unsealer.unsealFingerprintKey(sealed, 'globex'))).code).toBe('TAMPERED');
  });
});

function pick(envelope: Envelope, fields: readonly (keyof Envelope)[]): Partial<Envelope> {
  return Object.fromEntries(fields.map((field) => [field, envelope[field]]));
}
