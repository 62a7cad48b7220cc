import { join } from 'node:path';
import { KeywardError } from '@keyward/contracts';
import { createPrivateFile, readPrivateFile } from '@keyward/runtime';
import type { CryptoKey, JWK } from 'jose';
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { SignJWT } from 'jose/jwt/sign';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { importJWK } from 'jose/key/import';
import { KEYWARD_CLAIM, readClaims, type KeywardClaims } from '../token/claims.js';
import { ACCESS_TOKEN_TYPE, AUDIENCE } from '../token/jwt-token-verifier.js';

/** `iss` of the tokens that {@link LocalIssuer} makes. */
export const LOCAL_ISSUER = 'keyward-local';

const ALGORITHM = 'EdDSA';
const FILE_NAME = 'issuer.jwk';
const LONGEST_TTL_SECONDS = 366 * 24 * 60 * 60;

export interface TokenRequest {
  readonly subject: string;
  /** From now on. */
  readonly ttlSeconds: number;
  readonly platformAdmin?: boolean;
  /** `{acme: 'admin'}` */
  readonly organizations?: KeywardClaims['organizations'];
  /** `{'acme/website': 'editor'}` */
  readonly projects?: KeywardClaims['projects'];
  readonly worker?: KeywardClaims['worker'];
}

/**
 * Makes tokens for development, with an Ed25519 key that lies in the data folder: whoever can read
 * the folder can be anybody. Production has an issuer of its own and does not use this.
 */
export class LocalIssuer {
  private constructor(
    private readonly privateKey: CryptoKey,
    private readonly jwk: JWK,
  ) {}

  /**
   * Reads `<dataDir>/issuer.jwk`, or makes it (mode 0600). The server and the CLI may do so at the
   * same moment: both get the same key.
   * @throws Error naming the file and what to do, when others may read it or it is no such key.
   */
  static async open(dataDir: string): Promise<LocalIssuer> {
    const path = join(dataDir, FILE_NAME);
    const text = (await readPrivateFile(path)) ?? (await create(path));
    return LocalIssuer.#fromText(text, path);
  }

  static async #fromText(text: string, path: string): Promise<LocalIssuer> {
    try {
      const { kty, crv, x, d } = JSON.parse(text) as JWK;
      if (kty !== 'OKP' || crv !== 'Ed25519' || !x || !d) throw new TypeError();
      const privateKey = (await importJWK({ kty, crv, x, d }, ALGORITHM)) as CryptoKey;
      const publicJwk: JWK = { kty, crv, x };
      const kid = await calculateJwkThumbprint(publicJwk);
      return new LocalIssuer(privateKey, { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' });
    } catch {
      // What was thrown may quote the file, which is a private key.
      throw new Error(
        `${path} is not a private Ed25519 key in JWK form: delete it, and a new one is made (old tokens end).`,
      );
    }
  }

  /** What a verifier trusts; without the private part. */
  publicJwk(): JWK {
    return { ...this.jwk };
  }

  /** @throws KeywardError INVALID_REQUEST naming the field, for a token that Keyward would not accept. */
  async issue(request: TokenRequest): Promise<string> {
    const claims = toClaims(request);
    const issuedAt = Math.floor(Date.now() / 1_000);
    const expiresAt = issuedAt + checkedTtl(request.ttlSeconds);
    const read = readClaims({ sub: request.subject, exp: expiresAt, [KEYWARD_CLAIM]: claims });
    if ('problem' in read) throw invalid(read.problem, 'is not what a token may hold: check roles and ids');
    return new SignJWT({ [KEYWARD_CLAIM]: claims })
      .setProtectedHeader({ alg: ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: this.jwk.kid! })
      .setSubject(request.subject)
      .setIssuer(LOCAL_ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.privateKey);
  }
}

async function create(path: string): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  await createPrivateFile(path, `${JSON.stringify(await exportJWK(privateKey))}\n`);
  // Read back, as another process may have been first: then its key is the one.
  const text = await readPrivateFile(path);
  if (text === undefined) throw new Error(`${path} was removed while it was being made: start again.`);
  return text;
}

function toClaims({ platformAdmin, organizations, projects, worker }: TokenRequest): KeywardClaims {
  return {
    ...(platformAdmin ? { platform_admin: true } : {}),
    ...(organizations ? { organizations } : {}),
    ...(projects ? { projects } : {}),
    ...(worker ? { worker } : {}),
  };
}

function checkedTtl(ttlSeconds: number): number {
  if (Number.isInteger(ttlSeconds) && ttlSeconds >= 1 && ttlSeconds <= LONGEST_TTL_SECONDS) return ttlSeconds;
  throw invalid('ttlSeconds', `must be a whole number of seconds from 1 to ${LONGEST_TTL_SECONDS}`);
}

function invalid(field: string, rule: string): KeywardError {
  return new KeywardError('INVALID_REQUEST', `The token cannot be made: ${field} ${rule}.`, {
    violations: [{ field, rule }],
  });
}
