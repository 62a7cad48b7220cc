import { ApiFixture } from '../testing/api-fixture.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';
const PROJECT = '/v1/organizations/acme/projects/website';
const PROJECT_KEY = `${PROJECT}/integrations/serpapi/key`;
const EFFECTIVE = `GET ${PROJECT}/integrations/serpapi/effective-key`;
const KEY_A = 'a'.repeat(36) + 'AAAA';
const KEY_B = 'b'.repeat(36) + 'BBBB';

describe('the keys of an organization and its projects', () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    await api.withAcme();
  });

  const setOrgKey = (secret: string, more = {}) => api.call(`PUT ${ORG_KEY}`, { body: { secret, ...more } });
  const effective = async () => (await api.must(EFFECTIVE)).body;

  it('answers a first set with 201, its facts and its version as ETag, and never with the key', async () => {
    const answer = await setOrgKey(KEY_A, { reason: 'first' });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
    expect(answer.body).toEqual({
      keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      version: 1,
      mask: '••••••••AAAA',
      fingerprint: expect.stringMatching(/^fp1_/),
      enabled: true,
      position: expect.any(String),
      changed: true,
    });
  });

  it('answers a replacement with 200 and the next version', async () => {
    await setOrgKey(KEY_A);
    const answer = await setOrgKey(KEY_B);
    expect([answer.status, answer.body.version, answer.body.changed]).toEqual([200, 2, true]);
  });

  it('makes no event of the value that is already set, and says so', async () => {
    const first = await setOrgKey(KEY_A);
    const again = await setOrgKey(KEY_A);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ ...first.body, changed: false });
  });

  it('takes a key byte for byte, whatever characters it has', async () => {
    expect((await setOrgKey('clé-ключ-🔑-' + 'x'.repeat(20))).status).toBe(201);
  });

  describe('overriding', () => {
    it("uses the organization's key, then the project's own, then the organization's again", async () => {
      await setOrgKey(KEY_A);
      expect(await effective()).toMatchObject({
        outcome: 'found',
        source: 'organization',
        key: { mask: '••••••••AAAA' },
      });
      const set = await api.call(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_B } });
      expect([set.status, set.headers['etag']]).toEqual([201, '"1"']);
      expect(await effective()).toMatchObject({
        outcome: 'found',
        source: 'project',
        key: { mask: '••••••••BBBB' },
      });
      const removed = await api.call(`DELETE ${PROJECT_KEY}`, { body: { reason: 'back to the shared one' } });
      expect(removed.status).toBe(200);
      expect(removed.body).toEqual({
        keyId: set.body.keyId,
        version: 1,
        enabled: false,
        position: expect.any(String),
        changed: true,
      });
      expect(await effective()).toMatchObject({ outcome: 'found', source: 'organization' });
    });

    it('counts versions on after a removal', async () => {
      await api.must(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_A } });
      await api.must(`DELETE ${PROJECT_KEY}`);
      const answer = await api.must(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_A } });
      expect([answer.status, answer.body.version]).toEqual([201, 2]);
    });
  });

  describe('the toggle', () => {
    it('keeps the key, stops its use and restores it without typing it again', async () => {
      const { body: set } = await setOrgKey(KEY_A);
      const off = await api.call(`POST ${ORG_KEY}/disable`, { body: { reason: 'leaked?' } });
      expect([off.status, off.body]).toEqual([
        200,
        { keyId: set.keyId, version: 1, enabled: false, position: expect.any(String), changed: true },
      ]);
      expect(await effective()).toMatchObject({ outcome: 'not_configured', reason: 'disabled', key: null });
      const on = await api.call(`POST ${ORG_KEY}/enable`);
      expect([on.status, on.body.enabled, on.body.changed]).toEqual([200, true, true]);
      expect(await effective()).toMatchObject({ outcome: 'found', key: { keyId: set.keyId, version: 1 } });
    });

    it('changes nothing when it is so already', async () => {
      await setOrgKey(KEY_A);
      expect((await api.must(`POST ${ORG_KEY}/enable`)).body.changed).toBe(false);
      await api.must(`POST ${ORG_KEY}/disable`);
      expect((await api.must(`POST ${ORG_KEY}/disable`)).body.changed).toBe(false);
    });

    it("leaves a project's own key untouched", async () => {
      await setOrgKey(KEY_A);
      await api.must(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_B } });
      await api.must(`POST ${ORG_KEY}/disable`);
      expect(await effective()).toMatchObject({ outcome: 'found', source: 'project' });
    });

    it('stays off when the same key is set, and goes on with a new one', async () => {
      await setOrgKey(KEY_A);
      await api.must(`POST ${ORG_KEY}/disable`);
      expect((await setOrgKey(KEY_A)).body).toMatchObject({ enabled: false, changed: false });
      expect((await setOrgKey(KEY_B)).body).toMatchObject({ enabled: true, changed: true });
    });

    it.each(['disable', 'enable'])('cannot %s what is not set', async (verb) => {
      const answer = await api.call(`POST ${ORG_KEY}/${verb}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'KEY_NOT_SET']);
    });
  });

  it.each([ORG_KEY, PROJECT_KEY])('cannot remove what is not set: %s', async (path) => {
    const answer = await api.call(`DELETE ${path}`);
    expect([answer.status, answer.body.code]).toEqual([404, 'KEY_NOT_SET']);
  });

  describe('the plan and the rollout', () => {
    const refusedVerbs = async () => [
      (await setOrgKey(KEY_B)).body.code,
      (await api.call(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_B } })).body.code,
      (await api.call(`POST ${ORG_KEY}/enable`)).body.code,
    ];

    it('refuse setting and enabling when the plan is lost, and nothing else', async () => {
      await setOrgKey(KEY_A);
      await api.must('PUT /v1/organizations/acme', { as: api.admin, body: { name: 'Acme', plan: 'team' } });
      expect(await refusedVerbs()).toEqual(['NOT_ENTITLED', 'NOT_ENTITLED', 'NOT_ENTITLED']);
      expect(await effective()).toMatchObject({ outcome: 'found', source: 'organization' });
      expect((await api.call(`POST ${ORG_KEY}/disable`)).status).toBe(200);
      expect((await api.call(`DELETE ${ORG_KEY}`)).status).toBe(200);
    });

    it('ask to contact the sales representative when the rollout has not come to the organization', async () => {
      await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 0, include: [], exclude: [] } });
      const answer = await setOrgKey(KEY_A);
      expect([answer.status, answer.body.code]).toEqual([403, 'NOT_ROLLED_OUT']);
      expect(answer.body.detail).toContain('Contact your sales representative');
    });

    it('say that the Enterprise plan is needed', async () => {
      await api.must('PUT /v1/organizations/acme', { as: api.admin, body: { name: 'Acme', plan: 'free' } });
      const { status, body } = await setOrgKey(KEY_A);
      expect([status, body.code, body.context]).toEqual([
        403,
        'NOT_ENTITLED',
        { plan: 'free', requiredPlan: 'enterprise' },
      ]);
      expect(body.detail).toContain('Enterprise');
    });

    it.each([
      ['a full percentage lets in', { percentage: 100, include: [], exclude: [] }, 201],
      ['the deny list comes before all', { percentage: 100, include: ['acme'], exclude: ['acme'] }, 403],
      ['the allow list comes before the percentage', { percentage: 0, include: ['acme'], exclude: [] }, 201],
    ])('%s', async (_name, rollout, status) => {
      await api.must('PUT /v1/rollout', { as: api.admin, body: rollout });
      expect((await setOrgKey(KEY_A)).status).toBe(status);
    });
  });

  describe('what cannot be a key', () => {
    const SLACK = 'PUT /v1/organizations/acme/integrations/google-drive/key';

    it('is refused when the credential kind cannot be shared, for programs and for people', async () => {
      const { status, body } = await api.call(SLACK, { body: { secret: KEY_A, credentialKind: 'oauth2' } });
      expect([status, body.code]).toEqual([422, 'CREDENTIAL_KIND_NOT_SHAREABLE']);
      expect(body.detail).toContain('Connect your own account, or a service account');
      expect(body.context).toMatchObject({
        remedy: 'connect_own_account_or_service_account',
        credentialKind: 'oauth2',
      });
    });

    it('is refused when it is a mask', async () => {
      const { body: set } = await setOrgKey(KEY_A);
      const { status, body } = await setOrgKey(set.mask);
      expect([status, body.code]).toEqual([422, 'MASKED_VALUE']);
      expect(body.violations).toEqual([{ field: 'secret', rule: 'must be the key itself, not its mask' }]);
    });

    it.each([
      ['with white space around it', ` ${KEY_A}`],
      ['of two lines', `${KEY_A}\n${KEY_B}`],
      ['of more than 16 KiB', 'x'.repeat(16 * 1024 + 1)],
    ])('is refused %s', async (_name, secret) => {
      const { status, body } = await setOrgKey(secret);
      expect([status, body.code, body.violations[0].field]).toEqual([422, 'INVALID_KEY_FORMAT', 'secret']);
    });

    it("is refused when the vendor's format says otherwise", async () => {
      const { status, body } = await api.call('PUT /v1/organizations/acme/integrations/tavily/key', {
        body: { secret: KEY_A },
      });
      expect([status, body.code]).toEqual([422, 'INVALID_KEY_FORMAT']);
      expect(body.detail).toContain('begin with "tvly-"');
    });

    it.each([
      ['reason', { body: { secret: KEY_A, reason: `it is ${KEY_A}!` } }],
      ['Idempotency-Key', { body: { secret: KEY_A }, headers: { 'idempotency-key': KEY_A } }],
    ])('must not stand in what is stored in clear: %s', async (field, call) => {
      const answer = await api.call(`PUT ${ORG_KEY}`, call);
      expect([answer.status, answer.body.code, answer.body.violations[0].field]).toEqual([
        400,
        'INVALID_REQUEST',
        field,
      ]);
      expect(answer.text).not.toContain(KEY_A);
    });
  });

  describe('what is not there', () => {
    const grants = { organizations: { acme: 'owner', ghost: 'owner' } } as const;

    it.each([
      ['PUT /v1/organizations/ghost/integrations/serpapi/key', 'UNKNOWN_ORGANIZATION'],
      ['PUT /v1/organizations/acme/projects/ghost/integrations/serpapi/key', 'UNKNOWN_PROJECT'],
      ['PUT /v1/organizations/acme/integrations/ghost/key', 'UNKNOWN_INTEGRATION'],
      ['PUT /v1/organizations/acme/integrations/SerpApi/key', 'UNKNOWN_INTEGRATION'],
    ])('%s is %s', async (target, code) => {
      const answer = await api.call(target, { as: api.token('ghosts', grants), body: { secret: KEY_A } });
      expect([answer.status, answer.body.code]).toEqual([404, code]);
    });

    it.each([
      ['GET /v1/organizations/ghost/integrations', 'UNKNOWN_ORGANIZATION'],
      ['GET /v1/organizations/ghost/projects/website/integrations', 'UNKNOWN_ORGANIZATION'],
      ['GET /v1/organizations/acme/projects/ghost/integrations', 'UNKNOWN_PROJECT'],
      ['GET /v1/organizations/acme/projects/ghost/integrations/serpapi/effective-key', 'UNKNOWN_PROJECT'],
      ['GET /v1/organizations/acme/projects/website/integrations/ghost/effective-key', 'UNKNOWN_INTEGRATION'],
    ])('%s is %s', async (target, code) => {
      const answer = await api.call(target, { as: api.token('ghosts', grants) });
      expect([answer.status, answer.body.code]).toEqual([404, code]);
    });

    it('an archived project: its key can be removed and not be set', async () => {
      await api.must(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_A } });
      await api.must(`DELETE ${PROJECT}`, { as: api.admin });
      expect((await api.call(EFFECTIVE)).body.code).toBe('UNKNOWN_PROJECT');
      expect((await api.call(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_B } })).body.code).toBe(
        'UNKNOWN_PROJECT',
      );
      expect((await api.call(`DELETE ${PROJECT_KEY}`)).status).toBe(200);
    });
  });
});
