import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { failureOf } from '../testing/fixtures.js';
import { JwtTokenVerifier } from './jwt-token-verifier.js';

const ISSUER = 'https://issuer.example';

interface IssuerKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function newKey(kid: string): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

function tokenBy({ privateKey, jwk }: IssuerKey, subject = 'alice'): Promise<string> {
  return new SignJWT({ keyward: {} })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid! })
    .setSubject(subject)
    .setIssuer(ISSUER)
    .setAudience('keyward')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey);
}

describe("a verifier that fetches its issuer's keys", () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let fetches: number;
  let published: JWK[];
  let url: string;

  beforeEach(async () => {
    fetches = 0;
    published = [];
    answer = (_request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
    server = createServer((request, response) => {
      fetches += 1;
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    if (server.listening) await once(server, 'close');
  });

  it('verifies with them, and fetches them once', async () => {
    const key = await newKey('key-1');
    published = [key.jwk];
    const verifier = JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER });
    const subjects = ['alice', 'bob', 'carol'];
    const principals = await Promise.all(
      subjects.map(async (name) => verifier.verify(await tokenBy(key, name))),
    );
    expect(principals.map(({ subject }) => subject)).toEqual(subjects);
    expect(fetches).toBe(1);
  });

  it('follows when the issuer changes its key', async () => {
    const [before, after] = [await newKey('key-1'), await newKey('key-2')];
    published = [before.jwk];
    const verifier = JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER, cooldownMs: 0 });
    await verifier.verify(await tokenBy(before));
    published = [before.jwk, after.jwk];
    expect((await verifier.verify(await tokenBy(after))).subject).toBe('alice');
    expect((await verifier.verify(await tokenBy(before, 'bob'))).subject).toBe('bob');
    published = [after.jwk];
    await failureOf(async () => verifier.verify(await tokenBy(await newKey('key-3'))));
    expect(await failureOf(async () => verifier.verify(await tokenBy(before, 'carol')))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('does not publish'),
    });
  });

  it('does not let made-up key ids make it fetch over and over', async () => {
    const key = await newKey('key-1');
    published = [key.jwk];
    const verifier = JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER });
    await verifier.verify(await tokenBy(key));
    for (let i = 0; i < 20; i++) {
      const madeUp = { ...key, jwk: { ...key.jwk, kid: `made-up-${i}` } };
      expect((await failureOf(async () => verifier.verify(await tokenBy(madeUp)))).code).toBe(
        'UNAUTHENTICATED',
      );
    }
    expect(fetches).toBe(1);
  });

  it.each<[string, typeof answer]>([
    ['fails', (_request, response) => response.writeHead(500).end()],
    ['answers what is no JSON', (_request, response) => response.end('<html>')],
    ['answers what are no keys', (_request, response) => response.end('{"keys": 7}')],
    ['breaks off', (request) => request.socket.destroy()],
    ['never answers', () => undefined],
  ])('says UNAVAILABLE, not that the token is bad, when the issuer %s', async (_how, broken) => {
    const key = await newKey('key-1');
    published = [key.jwk];
    const works = answer;
    answer = broken;
    const verifier = JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER, timeoutMs: 300 });
    const token = await tokenBy(key);
    const failure = await failureOf(() => verifier.verify(token));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: expect.any(Number) });
    answer = works;
    expect((await verifier.verify(token)).subject).toBe('alice');
  });

  it('does not follow a redirect to other keys', async () => {
    const key = await newKey('key-1');
    published = [key.jwk];
    const works = answer;
    answer = (request, response) => {
      if (request.url === '/other') works(request, response);
      else response.writeHead(302, { location: '/other' }).end();
    };
    const verifier = JwtTokenVerifier.forJwksUrl(url, { issuer: ISSUER });
    expect((await failureOf(async () => verifier.verify(await tokenBy(key)))).code).toBe('UNAVAILABLE');
    expect(fetches).toBe(1);
  });
});
