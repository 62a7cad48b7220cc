import { CATALOGUE } from '@keyward/domain';
import { ApiFixture } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const ORG = '/v1/organizations/acme';
const ORG_KEY = `${ORG}/integrations/serpapi/key`;
const PROJECT = `${ORG}/projects/website`;

interface Item {
  readonly id: string;
  readonly [field: string]: unknown;
}

describe('Lists of integrations', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => api.withAcme());

  const LISTS = ['/v1/integrations', `${ORG}/integrations`, `${PROJECT}/integrations`];
  const itemsOf = async (path: string, as = api.owner) =>
    (await api.must(`GET ${path}`, { as })).body.items as Item[];
  const serpapi = async (path: string) => (await itemsOf(path)).find(({ id }) => id === 'serpapi')!;
  const set = (path: string, secret: string) => api.must(`PUT ${path}`, { body: { secret, reason: 'why' } });

  it.each(LISTS)('%s has the whole catalogue, in its order', async (path) => {
    expect((await itemsOf(path)).map(({ id }) => id)).toEqual([...CATALOGUE.keys()]);
  });

  it.each(LISTS)('%s tells of each integration what it is', async (path) => {
    for (const item of await itemsOf(path)) {
      const { name, vendor, credentialKinds } = CATALOGUE.get(item.id)!;
      const shareable = credentialKinds.some((kind) => kind !== 'oauth2');
      expect(item).toMatchObject({ name, vendor, credentialKinds, shareable });
    }
  });

  it('the catalogue is for anybody signed in, and says which kinds can be set and how keys look', async () => {
    const items = await itemsOf('/v1/integrations', api.token('nobody', {}));
    const byId = new Map(items.map((item) => [item.id, item]));
    expect(byId.get('gmail')).toMatchObject({ shareableKinds: ['service_account'] });
    expect(byId.get('tavily')).toMatchObject({
      shareableKinds: ['api_key'],
      keyFormat: { pattern: expect.stringContaining('tvly-') as string },
    });
    for (const { documentationUrl } of items) expect(documentationUrl).toMatch(/^https:\/\//);
  });

  it('the catalogue takes no query', async () => {
    const { status, body } = await api.call('GET /v1/integrations?limit=5');
    expect([status, body.violations[0].field]).toEqual([400, 'limit']);
  });

  describe("of an organization's keys", () => {
    const item = () => serpapi(`${ORG}/integrations`);

    it('say of one that is not set that there is nothing', async () => {
      expect(await item()).toMatchObject({
        state: 'not_set',
        mask: null,
        version: null,
        keyId: null,
        fingerprint: null,
        credentialKind: null,
        setAt: null,
        setBy: null,
        changedAt: null,
        changedBy: null,
        overridingProjects: 0,
      });
    });

    it('say its state, its mask, and who set it when, and never what it is', async () => {
      const { body } = await set(ORG_KEY, KEY_A);
      expect(await item()).toMatchObject({
        state: 'enabled',
        mask: '••••••••AAAA',
        version: 1,
        keyId: body.keyId as string,
        setBy: 'olivia',
        setAt: expect.any(String) as string,
        changedBy: 'olivia',
      });
      expect((await api.must(`GET ${ORG}/integrations`)).text).not.toContain(KEY_A);
    });

    it('tell switched off and removed apart, and who did it', async () => {
      await set(ORG_KEY, KEY_A);
      const oscar = api.token('oscar', { organizations: { acme: 'admin' } });
      await api.must(`POST ${ORG_KEY}/disable`, { as: oscar });
      expect(await item()).toMatchObject({
        state: 'disabled',
        setBy: 'olivia',
        changedBy: 'oscar',
        version: 1,
      });
      await api.must(`DELETE ${ORG_KEY}`, { as: oscar });
      expect(await item()).toMatchObject({
        state: 'not_set',
        setBy: null,
        changedBy: 'oscar',
        version: null,
      });
    });

    it('count the projects that override it, and no longer when they do not', async () => {
      await api.must(`PUT ${ORG}/projects/shop`, { as: api.admin, body: { name: 'Shop' } });
      for (const project of ['website', 'shop'])
        await set(`${ORG}/projects/${project}/integrations/serpapi/key`, KEY_B);
      expect((await item())['overridingProjects']).toBe(2);
      await api.must(`DELETE ${ORG}/projects/shop/integrations/serpapi/key`);
      expect((await item())['overridingProjects']).toBe(1);
    });

    it.each([
      [
        'free',
        ['acme'],
        { allowed: false, code: 'NOT_ENTITLED', message: expect.stringContaining('Enterprise') as string },
      ],
      [
        'enterprise',
        [],
        {
          allowed: false,
          code: 'NOT_ROLLED_OUT',
          message: expect.stringContaining('sales representative') as string,
        },
      ],
      ['enterprise', ['acme'], { allowed: true }],
    ])('say whether keys can be set: plan %s, rollout to %j', async (plan, include, entitlement) => {
      await api.must(`PUT ${ORG}`, { as: api.admin, body: { name: 'Acme', plan } });
      await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 0, include, exclude: [] } });
      expect((await api.must(`GET ${ORG}/integrations`)).body.entitlement).toEqual(entitlement);
    });

    it('are for every member', async () => {
      const member = api.token('mia', { organizations: { acme: 'member' } });
      expect((await api.call(`GET ${ORG}/integrations`, { as: member })).status).toBe(200);
    });
  });

  describe("of a project's keys", () => {
    const item = () => serpapi(`${PROJECT}/integrations`);

    it('say where the effective key comes from, its mask and version', async () => {
      expect(await item()).toMatchObject({
        effective: { outcome: 'not_configured', source: null, reason: 'not_set', key: null },
        overrides: false,
      });
      await set(ORG_KEY, KEY_A);
      expect(await item()).toMatchObject({
        effective: { source: 'organization', key: { mask: '••••••••AAAA', version: 1 } },
        overrides: false,
      });
      await set(`${PROJECT}/integrations/serpapi/key`, KEY_B);
      expect(await item()).toMatchObject({
        effective: { source: 'project', key: { mask: '••••••••BBBB', version: 1 } },
        overrides: true,
      });
    });

    it('say that the organization switched its key off', async () => {
      await set(ORG_KEY, KEY_A);
      await api.must(`POST ${ORG_KEY}/disable`);
      expect(await item()).toMatchObject({ effective: { outcome: 'not_configured', reason: 'disabled' } });
    });

    it('are not altered by a lost plan', async () => {
      await set(ORG_KEY, KEY_A);
      await api.must(`PUT ${ORG}`, { as: api.admin, body: { name: 'Acme', plan: 'free' } });
      expect(await item()).toMatchObject({ effective: { source: 'organization' } });
    });

    it('are for every viewer', async () => {
      const viewer = api.token('vic', { projects: { 'acme/website': 'viewer' } });
      expect((await api.call(`GET ${PROJECT}/integrations`, { as: viewer })).status).toBe(200);
    });
  });
});
