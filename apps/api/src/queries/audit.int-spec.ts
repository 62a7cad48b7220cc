import { TrustedKeys, leafHash, verifyConsistency, verifyInclusion } from '@keyward/audit';
import { SIGNER } from '@keyward/audit/testing';
import { ApiFixture } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const ORG = '/v1/organizations/acme';
const AUDIT = `${ORG}/audit`;
const KEY = `${ORG}/integrations/serpapi/key`;
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const allBytes = (hashes: readonly string[]): Buffer[] => hashes.map(bytes);

describe('The audit log over HTTP', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => api.withAcme());

  const read = async (path: string, as = api.owner) => (await api.must(`GET ${path}`, { as })).body;
  const sets = (secret: string) => api.must(`PUT ${KEY}`, { body: { secret } });

  it('has a signed head of all that was written', async () => {
    const first = await read(`${AUDIT}/head`);
    expect(first.head).toMatchObject({ organizationId: api.acme, size: 2, exportFrom: null });
    expect(await read(`${AUDIT}/head`)).toEqual(first);
    const { body } = await sets(KEY_A);
    const second = await read(`${AUDIT}/head`);
    expect(second.head).toMatchObject({ size: 3, position: body.position });
    expect(JSON.stringify(second)).not.toContain(KEY_A);
  });

  it('gives the chain in pages', async () => {
    const heads = [];
    for (const secret of [KEY_A, KEY_B, KEY_A]) {
      await sets(secret);
      heads.push(await read(`${AUDIT}/head`));
    }
    expect((await read(`${AUDIT}/heads`)).items).toEqual(heads);
    const page = await read(`${AUDIT}/heads?limit=2`);
    expect(page).toEqual({ items: heads.slice(0, 2), next: '1' });
    expect(await read(`${AUDIT}/heads?limit=2&after=${page.next}`)).toEqual({ items: heads.slice(2) });
    expect(await read(`${AUDIT}/heads?after=7`)).toEqual({ items: [] });
  });

  it('proves an event, by its place in the log and by its position', async () => {
    const { body } = await sets(KEY_A);
    await sets(KEY_B);
    const { head } = await read(`${AUDIT}/head`);
    const proved = await read(`${AUDIT}/proofs/inclusion?position=${body.position}`);
    expect(proved).toEqual(await read(`${AUDIT}/proofs/inclusion?index=2&size=4`));
    expect(JSON.parse(proved.line)).toMatchObject({ event: { type: 'OrgKeySet', position: body.position } });
    const { index, size, line, proof } = proved;
    const claim = { index, size, leafHash: leafHash(line), rootHash: bytes(head.rootHash) };
    expect(verifyInclusion(claim, allBytes(proof))).toBe(true);
    expect(JSON.stringify(proved)).not.toContain(KEY_A);
    expect((await read(`${AUDIT}/proofs/inclusion`)).index).toBe(3);
  });

  it('proves that it goes on from an older head', async () => {
    const older = await read(`${AUDIT}/head`);
    await sets(KEY_A);
    const newer = await read(`${AUDIT}/head`);
    const { proof, ...answer } = await read(`${AUDIT}/proofs/consistency?first=2&second=3`);
    expect(answer).toEqual({
      first: 2,
      second: 3,
      firstRootHash: older.head.rootHash,
      secondRootHash: newer.head.rootHash,
    });
    const claim = {
      firstSize: 2,
      size: 3,
      firstRootHash: bytes(older.head.rootHash),
      rootHash: bytes(newer.head.rootHash),
    };
    expect(verifyConsistency(claim, allBytes(proof))).toBe(true);
  });

  it('is the platform’s too, for its admins', async () => {
    const { head } = await read('/v1/audit/head', api.admin);
    expect(head).toMatchObject({ organizationId: null });
    expect(head.size).toBeGreaterThan(0);
    expect((await read('/v1/audit/heads', api.admin)).items).toContainEqual(
      expect.objectContaining({ head }),
    );
    const { line } = await read('/v1/audit/proofs/inclusion', api.admin);
    expect(JSON.parse(line)).toMatchObject({ event: { stream: 'rollout-keys' } });
    const { secondRootHash } = await read('/v1/audit/proofs/consistency', api.admin);
    expect(secondRootHash).toBe(head.rootHash);
  });

  it('tells the public keys to anybody signed in', async () => {
    const { items } = await read('/v1/audit/keys', api.token('anybody', {}));
    expect(items).toEqual([
      { signingKeyId: SIGNER.signingKeyId, publicKey: SIGNER.publicKeyPem, signing: true },
    ]);
    expect(TrustedKeys.fromPem(items[0].publicKey, 'the answer').has(SIGNER.signingKeyId)).toBe(true);
  });

  it.each([
    ['proofs/inclusion?index=2', 'index'],
    ['proofs/inclusion?index=0&size=3', 'size'],
    ['proofs/inclusion?position=abc', 'position'],
    ['proofs/consistency?first=0', 'first'],
    ['proofs/consistency?first=2&second=1', 'first'],
    ['proofs/consistency?second=9', 'second'],
  ])('refuses %s with the field that is wrong', async (path, field) => {
    const { status, body } = await api.call(`GET ${AUDIT}/${path}`);
    expect([status, body.code, body.violations[0].field]).toEqual([400, 'INVALID_REQUEST', field]);
  });

  it.each([
    ['proofs/inclusion?index=-1', 'query.index'],
    ['heads?after=x', 'query.after'],
    ['heads?limit=501', 'query.limit'],
    ['head?size=1', 'query.size'],
  ])('refuses %s by its rule', async (path, field) => {
    const { status, body } = await api.call(`GET ${AUDIT}/${path}`);
    expect(status).toBe(400);
    expect(field).toContain(body.violations[0].field);
  });

  it('refuses an index beside a position, and a position of another log', async () => {
    const position = (
      await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 1, include: [], exclude: [] } })
    ).body.position;
    for (const query of [`index=0&position=${position}`, `position=${position}`]) {
      const { body } = await api.call(`GET ${AUDIT}/proofs/inclusion?${query}`);
      expect(body.violations[0].field).toBe('position');
    }
  });

  it('is unknown for an organization that nothing is known of', async () => {
    const as = api.token('olga', { organizations: { globex: 'owner' } });
    for (const path of ['head', 'heads', 'proofs/inclusion', 'proofs/consistency']) {
      const { status, body } = await api.call(`GET /v1/organizations/globex/audit/${path}`, { as });
      expect([status, body.code]).toEqual([404, 'UNKNOWN_ORGANIZATION']);
    }
  });
});
