import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createPrivateFile, readPrivateFile } from '@keyward/runtime';
import { AuditError } from '../audit.errors.js';
import { HeadSigner } from './head-signer.port.js';
import { signingKeyIdOf } from './signing-key-id.js';

/** A signer whose key this process holds. */
export class LocalHeadSigner extends HeadSigner {
  readonly signingKeyId: string;
  readonly publicKeyPem: string;

  private constructor(private readonly key: KeyObject) {
    super();
    const publicKey = createPublicKey(key);
    this.signingKeyId = signingKeyIdOf(publicKey);
    this.publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /**
   * The key of the file, which only its owner may read; `createIfMissing` makes one.
   * @throws AuditError INVALID_SIGNING_KEY when there is none or it cannot be used.
   */
  static async open(
    path: string,
    { createIfMissing }: { readonly createIfMissing: boolean },
  ): Promise<LocalHeadSigner> {
    try {
      const there = await readPrivateFile(path);
      if (there !== undefined) return LocalHeadSigner.fromPem(there, path);
      if (!createIfMissing) throw new Error(`${path} is missing: name the file that holds the signing key.`);
      await createPrivateFile(path, newKey());
      // Somebody else's, if that was made first.
      return LocalHeadSigner.fromPem((await readPrivateFile(path)) ?? '', path);
    } catch (error) {
      throw new AuditError('INVALID_SIGNING_KEY', (error as Error).message);
    }
  }

  /**
   * @param pem PKCS #8.
   * @param source where it is from, for the error.
   * @throws AuditError INVALID_SIGNING_KEY
   */
  static fromPem(pem: string, source: string): LocalHeadSigner {
    const key = parsed(pem);
    if (key?.asymmetricKeyType !== 'ed25519') {
      const remedy = 'make one with `openssl genpkey -algorithm ed25519`';
      throw new AuditError(
        'INVALID_SIGNING_KEY',
        `${source} is not a private Ed25519 key in PEM: ${remedy}.`,
      );
    }
    return new LocalHeadSigner(key);
  }

  async sign(bytes: Uint8Array): Promise<Buffer> {
    return sign(null, bytes, this.key);
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The cause of a failure is left out: it may quote the text. */
function parsed(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
