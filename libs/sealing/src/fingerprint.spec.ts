import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { fingerprint, newFingerprintKey } from './fingerprint.js';
import { Secret } from './secret.js';

describe('the fingerprint of a key', () => {
  it('is fp1_ and 128 bits in base64url', () => {
    expect(fingerprint(newFingerprintKey(), Secret.fromUtf8('a key'))).toMatch(/^fp1_[A-Za-z0-9_-]{22}$/);
  });

  it('is equal for equal keys of one organization, and for no others', () => {
    const key = newFingerprintKey();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (left, right) => {
        const equal = Buffer.from(left).equals(right);
        expect(fingerprint(key, Secret.fromBytes(left)) === fingerprint(key, Secret.fromBytes(right))).toBe(
          equal,
        );
      }),
    );
  });

  it('says nothing across organizations', () => {
    const secret = Secret.fromUtf8('a key');
    expect(fingerprint(newFingerprintKey(), secret)).not.toBe(fingerprint(newFingerprintKey(), secret));
  });

  it('is not the bare HMAC of the key, which something else might compute under the same key', () => {
    const key = newFingerprintKey();
    const bare = createHmac('sha256', key.reveal())
      .update('a key')
      .digest()
      .subarray(0, 16)
      .toString('base64url');
    expect(fingerprint(key, Secret.fromUtf8('a key'))).not.toContain(bare);
  });

  it('stays what earlier releases stored', () => {
    expect(fingerprint(Secret.fromBytes(Buffer.alloc(32, 3)), Secret.fromUtf8('sk-golden'))).toBe(
      'fp1_penoguI9Hac7V5p8oQYVrA',
    );
  });
});

describe('a new fingerprint key', () => {
  it('is 32 bytes that no other has', () => {
    const [left, right] = [newFingerprintKey(), newFingerprintKey()];
    expect(left.byteLength).toBe(32);
    expect(left.equals(right)).toBe(false);
  });
});
