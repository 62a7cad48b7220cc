import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JwtTokenVerifier } from '../token/jwt-token-verifier.js';
import { failureOf } from '../testing/fixtures.js';
import { LOCAL_ISSUER, LocalIssuer, type TokenRequest } from './local-issuer.js';

describe('LocalIssuer', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-issuer-'));
    path = join(folder, 'issuer.jwk');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const verifierOf = (issuer: LocalIssuer): JwtTokenVerifier =>
    JwtTokenVerifier.forKeys([issuer.publicJwk()], { issuer: LOCAL_ISSUER });

  it('issues tokens that say what was asked for', async () => {
    const issuer = await LocalIssuer.open(folder);
    const started = Math.floor(Date.now() / 1_000);
    const token = await issuer.issue({
      subject: 'alice',
      ttlSeconds: 3_600,
      platformAdmin: true,
      organizations: { acme: 'admin' },
      projects: { 'acme/website': 'editor' },
      worker: { organization: 'acme', projects: ['website'] },
    });
    const principal = await verifierOf(issuer).verify(token);
    expect(principal).toEqual({
      subject: 'alice',
      platformAdmin: true,
      organizations: new Map([['acme', 'admin']]),
      projects: new Map([['acme/website', 'editor']]),
      worker: { organizationId: 'acme', projectIds: ['website'] },
      expiresAt: expect.any(Date),
    });
    const seconds = principal.expiresAt.getTime() / 1_000 - started;
    expect(seconds).toBeGreaterThanOrEqual(3_600);
    expect(seconds).toBeLessThan(3_660);
  });

  it('keeps its key in a file that only its owner may read', async () => {
    const issuer = await LocalIssuer.open(folder);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['issuer.jwk']);
    const again = await LocalIssuer.open(folder);
    expect(again.publicJwk()).toEqual(issuer.publicJwk());
    const token = await again.issue({ subject: 'alice', ttlSeconds: 60 });
    expect((await verifierOf(issuer).verify(token)).subject).toBe('alice');
  });

  it('gives all who open it at once the same key', async () => {
    const all = await Promise.all(Array.from({ length: 16 }, () => LocalIssuer.open(folder)));
    expect(new Set(all.map((issuer) => issuer.publicJwk().kid)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['issuer.jwk']);
  });

  it('does not give its private part away', async () => {
    const issuer = await LocalIssuer.open(folder);
    const { d } = JSON.parse(await readFile(path, 'utf8')) as { d: string };
    expect(Object.keys(issuer.publicJwk()).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    expect(JSON.stringify([issuer, issuer.publicJwk()])).not.toContain(d);
  });

  it('is not trusted by a verifier of another folder', async () => {
    const issuer = await LocalIssuer.open(join(folder, 'a'));
    const other = await LocalIssuer.open(join(folder, 'b'));
    const token = await issuer.issue({ subject: 'alice', ttlSeconds: 60 });
    expect((await failureOf(() => verifierOf(other).verify(token))).code).toBe('UNAUTHENTICATED');
  });

  it('refuses a file that others may read', async () => {
    await LocalIssuer.open(folder);
    await chmod(path, 0o644);
    expect((await failureOf(() => LocalIssuer.open(folder))).message).toContain(`chmod 600 ${path}`);
  });

  it('refuses a file that is no such key, and repeats nothing of it', async () => {
    await LocalIssuer.open(folder);
    const good = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
    const damaged = ['', '{', JSON.stringify(good).slice(0, -9), JSON.stringify({ ...good, d: undefined })];
    damaged.push(JSON.stringify({ ...good, d: 'AAAA' }), JSON.stringify({ ...good, crv: 'X25519' }), 'null');
    for (const text of damaged) {
      await writeFile(path, text);
      const failure = await failureOf(() => LocalIssuer.open(folder));
      expect(failure.message).toContain(`${path} is not a private Ed25519 key`);
      expect(failure.message).not.toContain(good['d']!.slice(0, 8));
      expect(failure.cause).toBeUndefined();
    }
  });

  it.each<[string, Partial<TokenRequest>, string]>([
    ['an empty subject', { subject: '' }, 'sub'],
    [
      'an organization id that breaks the rule',
      { organizations: { 'a b': 'admin' } },
      'keyward.organizations',
    ],
    ['a project without its organization', { projects: { website: 'editor' } }, 'keyward.projects'],
    ['a worker of no project', { worker: { organization: 'acme', projects: [] } }, 'keyward.worker'],
    ['no time to live', { ttlSeconds: 0 }, 'ttlSeconds'],
    ['half a second to live', { ttlSeconds: 0.5 }, 'ttlSeconds'],
    ['a life without end', { ttlSeconds: Number.POSITIVE_INFINITY }, 'ttlSeconds'],
    ['a life of centuries', { ttlSeconds: 1e10 }, 'ttlSeconds'],
  ])('makes no token with %s', async (_what, change, field) => {
    const issuer = await LocalIssuer.open(folder);
    const failure = await failureOf(() => issuer.issue({ subject: 'alice', ttlSeconds: 60, ...change }));
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field }] });
  });
});
