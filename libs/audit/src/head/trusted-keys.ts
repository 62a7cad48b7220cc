import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { AuditError } from '../audit.errors.js';
import { signingKeyIdOf } from './signing-key-id.js';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** The public keys whose signatures a verifier accepts. */
export class TrustedKeys {
  private constructor(private readonly keys: ReadonlyMap<string, KeyObject>) {}

  /**
   * @param pem one `PUBLIC KEY` block or several: the keys that signed one after the other.
   * @param source where it is from, for the error.
   * @throws AuditError INVALID_TRUSTED_KEYS for anything else, a private key above all.
   */
  static fromPem(pem: string, source: string): TrustedKeys {
    const blocks = [...pem.matchAll(BLOCK)];
    const keys = blocks.map(([block, label]) => (label === 'PUBLIC KEY' ? parsed(block) : undefined));
    const isGood = (key: KeyObject | undefined): key is KeyObject => key?.asymmetricKeyType === 'ed25519';
    if (keys.length === 0 || !keys.every(isGood)) {
      const rule =
        'must hold public Ed25519 keys in PEM (-----BEGIN PUBLIC KEY-----), and nothing else in PEM';
      throw new AuditError('INVALID_TRUSTED_KEYS', `${source} ${rule}.`);
    }
    return new TrustedKeys(new Map(keys.map((key) => [signingKeyIdOf(key), key])));
  }

  /** As PEM, by signing key id. */
  get publicKeys(): ReadonlyMap<string, string> {
    const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
    return new Map([...this.keys].map(([id, key]) => [id, pem(key)]));
  }

  has(signingKeyId: string): boolean {
    return this.keys.has(signingKeyId);
  }

  verify(signingKeyId: string, bytes: Uint8Array, signature: Uint8Array): boolean {
    const key = this.keys.get(signingKeyId);
    return key !== undefined && verify(null, bytes, key, signature);
  }
}

function parsed(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}
