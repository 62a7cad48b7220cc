import { ApiFixture, type Call } from '../testing/api-fixture.js';

const SLOT = 'integrations/serpapi/key';
const LIMITS = { KEYWARD_RATE_LIMIT_ORGANIZATION: 5 };

/**
 * One request to set a project's key in which everything is wrong at first. Each step mends one
 * thing, and the next refusal shows: so the order is as a whole what it is.
 */
describe('what is refused first, when several things are wrong', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());

  it('goes from who asks, over what was sent, to what is there', async () => {
    const org = 'org-of-refusals';
    const path = `${org}/projects/site`;
    let slot = 'integrations/nothing/key';
    let call: Call = {
      as: null,
      body: '{"secret": "••••••••", "extra": true',
      headers: { 'content-type': 'text/plain', 'if-match': 'wrong' },
    };
    const refused = async (): Promise<string> => {
      const { body, events } = await api.when(`PUT /v1/organizations/${path}/${slot}`, call);
      // An organization's fingerprint key is nobody's command: comparing a key with the present one needs it.
      expect(events.filter((type) => type !== 'FingerprintKeySealed')).toEqual([]);
      return (body as { code: string }).code;
    };
    const mend = (mended: Partial<Call>): void => void (call = { ...call, ...mended });

    expect(await refused()).toBe('UNAUTHENTICATED');
    mend({ as: api.token('nobody', {}) });
    expect(await refused()).toBe('UNSUPPORTED_MEDIA_TYPE');
    mend({ headers: { 'if-match': 'wrong' } });
    expect(await refused()).toBe('INVALID_REQUEST');
    mend({ body: { secret: '••••••••', extra: true } });
    expect(await refused()).toBe('FORBIDDEN');
    mend({ as: api.token('owner', { organizations: { [org]: 'owner' } }) });
    expect(await refused()).toBe('INVALID_REQUEST');
    mend({ body: { secret: '••••••••', credentialKind: 'oauth2' }, headers: { 'if-match': '"7"' } });
    expect(await refused()).toBe('UNKNOWN_ORGANIZATION');
    await putOrganization(org, 'free');
    expect(await refused()).toBe('UNKNOWN_PROJECT');
    await api.must(`PUT /v1/organizations/${path}`, { as: api.admin, body: { name: 'Site' } });
    expect(await refused()).toBe('UNKNOWN_INTEGRATION');
    slot = 'integrations/tavily/key';
    expect(await refused()).toBe('NOT_ENTITLED');
    await putOrganization(org, 'enterprise');
    expect(await refused()).toBe('NOT_ROLLED_OUT');
    await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 100, include: [], exclude: [] } });
    expect(await refused()).toBe('CREDENTIAL_KIND_NOT_SHAREABLE');
    mend({ body: { secret: '••••••••' } });
    expect(await refused()).toBe('MASKED_VALUE');
    mend({ body: { secret: 'of the wrong shape' } });
    expect(await refused()).toBe('INVALID_KEY_FORMAT');
    mend({ body: { secret: `tvly-${'x'.repeat(32)}` } });
    expect(await refused()).toBe('VERSION_CONFLICT');
    mend({ headers: {} });
    const set = await api.when(`PUT /v1/organizations/${path}/${slot}`, call);
    expect([set.status, set.events]).toEqual([201, ['KeySealed', 'ProjectKeySet']]);
  });

  it.each(['DELETE', 'POST'])('holds for a removal and a toggle too: %s', async (method) => {
    const verb = method === 'POST' ? '/disable' : '';
    const owner = api.token('owner', { organizations: { ghost: 'owner', there: 'owner' } });
    const code = async (path: string, call: Call) =>
      (await api.call(`${method} /v1/organizations/${path}${verb}`, { as: owner, ...call })).body
        .code as string;
    await putOrganization('there', 'free');
    expect(await code(`ghost/${SLOT}`, { body: { reason: 7 } })).toBe('INVALID_REQUEST');
    expect(await code(`ghost/${SLOT}`, {})).toBe('UNKNOWN_ORGANIZATION');
    expect(await code('there/integrations/nothing/key', {})).toBe('UNKNOWN_INTEGRATION');
    expect(await code(`there/${SLOT}`, { headers: { 'if-match': '"1"' } })).toBe('VERSION_CONFLICT');
    expect(await code(`there/${SLOT}`, {})).toBe('KEY_NOT_SET');
  });

  async function putOrganization(org: string, plan: string): Promise<void> {
    await api.must(`PUT /v1/organizations/${org}`, { as: api.admin, body: { name: org, plan } });
  }
});

describe('a limit on requests', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start({ settings: LIMITS });
  }, 30_000);
  afterAll(() => api.close());

  it('is not used up for an organization by whoever may not ask for it', async () => {
    const stranger = api.token('stranger', {});
    const path = `PUT /v1/organizations/acme/${SLOT}`;
    for (let sent = 0; sent < 20; sent += 1)
      expect((await api.call(path, { as: stranger, body: { secret: 'x' } })).status).toBe(403);
    expect((await api.call(path, { body: { secret: 'x' } })).body.code).toBe('UNKNOWN_ORGANIZATION');
  });
});
