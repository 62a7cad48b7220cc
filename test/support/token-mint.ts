import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYWARD_CLAIM, LOCAL_ISSUER, type KeywardClaims } from '@keyward/access';
import { SignJWT, generateKeyPair, importJWK, type CryptoKey, type JWK, type JWTPayload } from 'jose';

const HOUR = 3_600;

/** Signs with the local issuer's key whatever it is told, so also what that issuer never would. */
export class TokenMint {
  private constructor(
    private readonly key: CryptoKey,
    private readonly publicJwk: JWK,
  ) {}

  /** @param dataDir of a Keyward that has started. */
  static async open(dataDir: string): Promise<TokenMint> {
    const jwk = JSON.parse(readFileSync(join(dataDir, 'issuer.jwk'), 'utf8')) as JWK;
    const { d: _, ...publicJwk } = jwk;
    return new TokenMint((await importJWK(jwk, 'EdDSA')) as CryptoKey, publicJwk);
  }

  /** A token to trust. */
  issue(subject: string, grants: KeywardClaims): Promise<string> {
    return this.sign(goodClaims(subject, grants));
  }

  /** What must never be trusted, by what is wrong with it; each would grant this if it were. */
  async forgeries(grants: KeywardClaims): Promise<Readonly<Record<string, string>>> {
    const good = goodClaims('mallory', grants);
    const now = Math.floor(Date.now() / 1_000);
    const { exp: _, ...endless } = good;
    const genuine = await this.sign(good);
    const { privateKey: strangersKey } = await generateKeyPair('EdDSA');
    return {
      'an expired token': await this.sign({ ...good, iat: now - HOUR, exp: now - 60 }),
      'a token that is not valid yet': await this.sign({ ...good, nbf: now + HOUR }),
      'a token of another issuer': await this.sign({ ...good, iss: 'somebody-else' }),
      'a token for another audience': await this.sign({ ...good, aud: 'another-service' }),
      'a token of another type': await this.sign(good, { typ: 'JWT' }),
      'a token without an end': await this.sign(endless),
      "a token signed with a stranger's key": await this.sign(good, {}, strangersKey),
      'an unsigned token': unsigned({ alg: 'none', typ: 'at+jwt' }, good),
      ...Object.fromEntries(
        this.publicKeyForms().map(([form, secret]) => [
          `HS256 with the public key as ${form}`,
          hs256(good, secret),
        ]),
      ),
      'a token whose claims were altered': altered(genuine, good),
      'a token whose signature was cut off': genuine.slice(0, genuine.lastIndexOf('.') + 1),
    };
  }

  private sign(claims: JWTPayload, header: object = {}, key = this.key): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header }).sign(key);
  }

  private publicKeyForms(): [string, Buffer | string][] {
    const key = createPublicKey({ key: this.publicJwk as JsonWebKey, format: 'jwk' });
    return [
      ['PEM', key.export({ type: 'spki', format: 'pem' })],
      ['DER', key.export({ type: 'spki', format: 'der' })],
      ['raw bytes', Buffer.from(this.publicJwk.x!, 'base64url')],
    ];
  }
}

function goodClaims(subject: string, grants: KeywardClaims): JWTPayload {
  const iat = Math.floor(Date.now() / 1_000);
  return { sub: subject, iss: LOCAL_ISSUER, aud: 'keyward', iat, exp: iat + HOUR, [KEYWARD_CLAIM]: grants };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function unsigned(header: object, claims: JWTPayload): string {
  return `${encode(header)}.${encode(claims)}.`;
}

function hs256(claims: JWTPayload, secret: Buffer | string): string {
  const input = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function altered(token: string, claims: JWTPayload): string {
  const [header, , signature] = token.split('.');
  return [header, encode({ ...claims, sub: 'root' }), signature].join('.');
}
