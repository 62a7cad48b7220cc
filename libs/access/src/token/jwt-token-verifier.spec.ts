import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { jest } from '@jest/globals';
import {
  SignJWT,
  UnsecuredJWT,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { failureOf } from '../testing/fixtures.js';
import { JwtTokenVerifier } from './jwt-token-verifier.js';

// RSA keys are made here, which takes as long as it takes.
jest.setTimeout(60_000);

const ISSUER = 'https://issuer.example';
const NOW = new Date('2026-03-01T12:00:00Z');
const SECONDS = NOW.getTime() / 1_000;
const GOOD: JWTPayload = {
  sub: 'alice',
  iss: ISSUER,
  aud: 'keyward',
  iat: SECONDS,
  exp: SECONDS + 900,
  keyward: { organizations: { acme: 'admin' } },
};

interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

async function newKey(alg: string, kid: string): Promise<SigningKey> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg } };
}

function sign(key: CryptoKey, claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'key-1', ...header })
    .sign(key);
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('JwtTokenVerifier', () => {
  let key: SigningKey;
  let now: Date;
  let verifier: JwtTokenVerifier;

  beforeAll(async () => {
    key = await newKey('EdDSA', 'key-1');
  });

  beforeEach(() => {
    now = NOW;
    verifier = JwtTokenVerifier.forKeys([key.jwk], { issuer: ISSUER, now: () => now });
  });

  async function expectUnauthenticated(token: string, sentence: string): Promise<void> {
    const failure = await failureOf(() => verifier.verify(token));
    expect(failure).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(sentence) });
    expect(failure.cause).toBeUndefined();
    for (const part of token.split('.').filter((text) => text.length > 8))
      expect(failure.message).not.toContain(part);
    expect(verifier.verifyCached(token)).toBeUndefined();
  }

  it('tells whom a good token stands for', async () => {
    expect(await verifier.verify(await sign(key.privateKey, GOOD))).toEqual({
      subject: 'alice',
      platformAdmin: false,
      organizations: new Map([['acme', 'admin']]),
      projects: new Map(),
      worker: null,
      expiresAt: new Date(NOW.getTime() + 900_000),
    });
  });

  it.each(['EdDSA', 'ES256', 'RS256', 'PS256'])('takes %s', async (alg) => {
    const other = await newKey(alg, 'key-2');
    const both = JwtTokenVerifier.forKeys([key.jwk, other.jwk], { issuer: ISSUER, now: () => now });
    const token = await sign(other.privateKey, GOOD, { alg, kid: 'key-2' });
    expect((await both.verify(token)).subject).toBe('alice');
  });

  it('takes an audience among several', async () => {
    const token = await sign(key.privateKey, { ...GOOD, aud: ['console', 'keyward'] });
    expect((await verifier.verify(token)).subject).toBe('alice');
  });

  describe('refuses', () => {
    it('a token without a signature (alg none)', async () => {
      const unsecured = new UnsecuredJWT(GOOD).encode();
      await expectUnauthenticated(unsecured, 'algorithm that is not accepted');
      const [, payload, signature] = (await sign(key.privateKey, GOOD)).split('.');
      await expectUnauthenticated(`${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`, 'algorithm');
      await expectUnauthenticated(
        `${encode({ alg: 'NONE', typ: 'at+jwt' })}.${payload}.${signature}`,
        'algorithm',
      );
    });

    it('HS256 with the public key as the secret, in each form the key has', async () => {
      const spki = await exportSPKI(key.publicKey);
      const der = createPublicKey({ key: key.jwk as JsonWebKey, format: 'jwk' }).export({
        type: 'spki',
        format: 'der',
      });
      const raw = Buffer.from(key.jwk.x!, 'base64url');
      for (const secret of [spki, spki.trim(), der, raw, JSON.stringify(key.jwk)]) {
        const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })}.${encode(GOOD)}`;
        const signature = createHmac('sha256', secret).update(input).digest('base64url');
        await expectUnauthenticated(`${input}.${signature}`, 'algorithm that is not accepted');
      }
    });

    it.each(['ES384', 'RS512', 'PS512'])('%s, which is not on the list', async (alg) => {
      const other = await newKey(alg, 'key-2');
      verifier = JwtTokenVerifier.forKeys([other.jwk], { issuer: ISSUER, now: () => now });
      await expectUnauthenticated(await sign(other.privateKey, GOOD, { alg, kid: 'key-2' }), 'algorithm');
    });

    it('a token signed by another key under a known id', async () => {
      const other = await newKey('EdDSA', 'key-1');
      await expectUnauthenticated(await sign(other.privateKey, GOOD), "not its issuer's");
    });

    it('a token that names an unknown key', async () => {
      await expectUnauthenticated(await sign(key.privateKey, GOOD, { kid: 'key-9' }), 'does not publish');
    });

    it('a token that brings its own key', async () => {
      const own = await newKey('EdDSA', 'key-1');
      const token = await sign(own.privateKey, GOOD, { jwk: own.jwk, jku: 'http://127.0.0.1:1/keys' });
      await expectUnauthenticated(token, "not its issuer's");
    });

    it('a token whose claims were altered', async () => {
      const [header, , signature] = (await sign(key.privateKey, GOOD)).split('.');
      const altered = encode({ ...GOOD, keyward: { platform_admin: true } });
      await expectUnauthenticated(`${header}.${altered}.${signature}`, "not its issuer's");
    });

    it('an expired token', async () => {
      await expectUnauthenticated(
        await sign(key.privateKey, { ...GOOD, iat: SECONDS - 60, exp: SECONDS - 6 }),
        'has expired',
      );
    });

    it('a token that is not valid yet', async () => {
      await expectUnauthenticated(await sign(key.privateKey, { ...GOOD, nbf: SECONDS + 6 }), 'not valid yet');
    });

    it.each([
      ['no end', { exp: undefined }, 'has no end'],
      ['an end that is text', { exp: 'never' }, 'has no end'],
      ['no time of issue', { iat: undefined }, 'when it was issued'],
      ['no subject', { sub: undefined }, 'whose it is'],
      ['another issuer', { iss: 'https://other.example' }, 'another issuer'],
      ['no issuer', { iss: undefined }, 'another issuer'],
      ['another audience', { aud: 'console' }, 'audience must be "keyward"'],
      ['an audience that only begins alike', { aud: 'keyward-staging' }, 'audience must be "keyward"'],
      ['no audience', { aud: undefined }, 'audience must be "keyward"'],
      [
        'roles that are none',
        { keyward: { organizations: { acme: 'root' } } },
        'claim "keyward.organizations"',
      ],
    ])('a token with %s', async (_what, change, sentence) => {
      const token = await sign(key.privateKey, { ...GOOD, ...change } as JWTPayload);
      await expectUnauthenticated(token, sentence);
    });

    it.each(['JWT', undefined, 'id+jwt', 'logout+jwt'])('a token of the type %p', async (typ) => {
      await expectUnauthenticated(await sign(key.privateKey, GOOD, { typ }), 'not an access token');
    });

    it('a token that is too long, before looking at it', async () => {
      const token = await sign(key.privateKey, { ...GOOD, padding: 'x'.repeat(8_192) });
      await expectUnauthenticated(token, 'longer than 8192 characters');
    });

    it('a token that must be understood in a way it is not (crit)', async () => {
      const input = `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: 'key-1', crit: ['x'], x: 1 })}.${encode(GOOD)}`;
      await expectUnauthenticated(`${input}.AAAA`, 'not a well-formed');
    });

    it.each([
      '',
      '.',
      '..',
      'a.b.c',
      'not a token',
      '\0',
      'é'.repeat(10),
      'a.b.c.d.e',
      `${'a'.repeat(8_000)}`,
    ])('%j', async (token) => {
      await expectUnauthenticated(token, 'not a well-formed signed JWT');
    });
  });

  it('bears clocks that are a few seconds apart', async () => {
    const token = await sign(key.privateKey, {
      ...GOOD,
      nbf: SECONDS + 4,
      iat: SECONDS - 60,
      exp: SECONDS - 4,
    });
    expect((await verifier.verify(token)).subject).toBe('alice');
  });

  it('takes the type that it is told to take', async () => {
    const lenient = JwtTokenVerifier.forKeys([key.jwk], { issuer: ISSUER, now: () => now, tokenType: 'JWT' });
    expect((await lenient.verify(await sign(key.privateKey, GOOD, { typ: 'JWT' }))).subject).toBe('alice');
    expect((await failureOf(async () => lenient.verify(await sign(key.privateKey, GOOD)))).code).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('refuses a token that is older than it is told to take', async () => {
    const strict = JwtTokenVerifier.forKeys([key.jwk], {
      issuer: ISSUER,
      now: () => now,
      maxTokenAgeSeconds: 60,
    });
    expect(await strict.verify(await sign(key.privateKey, { ...GOOD, iat: SECONDS - 50 }))).toBeDefined();
    const failure = await failureOf(async () =>
      strict.verify(await sign(key.privateKey, { ...GOOD, iat: SECONDS - 70 })),
    );
    expect(failure.code).toBe('UNAUTHENTICATED');
  });

  it('does not trust a symmetric key that somebody configured', async () => {
    const secret: JWK = {
      kty: 'oct',
      k: Buffer.alloc(32, 1).toString('base64url'),
      kid: 'key-1',
      alg: 'HS256',
    };
    verifier = JwtTokenVerifier.forKeys([secret], { issuer: ISSUER, now: () => now });
    const token = await sign((await importJWK(secret)) as CryptoKey, GOOD, { alg: 'HS256' });
    await expectUnauthenticated(token, 'algorithm');
  });

  describe('remembers a good token', () => {
    it('so that it is known without waiting', async () => {
      const token = await sign(key.privateKey, GOOD);
      expect(verifier.verifyCached(token)).toBeUndefined();
      const principal = await verifier.verify(token);
      expect(verifier.verifyCached(token)).toBe(principal);
      expect(verifier.verifyCached(`${token}x`)).toBeUndefined();
    });

    it('for a minute', async () => {
      const token = await sign(key.privateKey, GOOD);
      await verifier.verify(token);
      now = new Date(NOW.getTime() + 59_999);
      expect(verifier.verifyCached(token)).toBeDefined();
      now = new Date(NOW.getTime() + 60_001);
      expect(verifier.verifyCached(token)).toBeUndefined();
    });

    it('not beyond its end', async () => {
      const token = await sign(key.privateKey, { ...GOOD, exp: SECONDS + 10 });
      await verifier.verify(token);
      now = new Date(NOW.getTime() + 9_999);
      expect(verifier.verifyCached(token)).toBeDefined();
      now = new Date(NOW.getTime() + 10_001);
      expect(verifier.verifyCached(token)).toBeUndefined();
      now = new Date(NOW.getTime() + 16_000);
      expect((await failureOf(() => verifier.verify(token))).message).toContain('has expired');
    });

    it('and no more of them than it is told', async () => {
      const small = JwtTokenVerifier.forKeys([key.jwk], { issuer: ISSUER, now: () => now, cacheSize: 2 });
      const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => sign(key.privateKey, { ...GOOD, sub })));
      for (const token of tokens) await small.verify(token);
      expect(tokens.map((token) => small.verifyCached(token)?.subject)).toEqual([undefined, 'b', 'c']);
    });
  });

  it.each([
    'http://issuer.example/jwks',
    'http://127.0.0.1.example/jwks',
    'http://localhost.example/',
    'file:///etc/passwd',
    'jwks',
    '',
  ])('refuses to fetch keys from %j', async (url) => {
    const failure = await failureOf(() => JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER }));
    expect(failure.message).toContain('must be an https URL');
  });

  it.each([
    'https://issuer.example/jwks',
    'http://localhost:1/jwks',
    'http://127.0.0.1:1/jwks',
    'http://[::1]:1/jwks',
  ])('may fetch keys from %s', (url) => {
    expect(() => JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER })).not.toThrow();
  });
});
