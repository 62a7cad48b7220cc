import { ApiFixture } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const ORG = '/v1/organizations/acme';
const ORG_KEY = `${ORG}/integrations/serpapi/key`;
const KEY_OF_MOBILE = `${ORG}/projects/mobile/integrations/serpapi/key`;

describe('What there is of an organization', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => api.withAcme());

  const addProject = (id: string) =>
    api.must(`PUT ${ORG}/projects/${id}`, { as: api.admin, body: { name: `The ${id}` } });

  describe('itself', () => {
    const get = async () => (await api.must(`GET ${ORG}`)).body;

    it('has a name, a plan, and may use keys for all its projects or not', async () => {
      expect(await get()).toEqual({
        id: api.acme,
        name: 'Acme',
        plan: 'enterprise',
        version: 1,
        entitlement: { allowed: true },
        position: expect.any(String),
      });
      await api.must(`PUT ${ORG}`, { as: api.admin, body: { name: 'Acme', plan: 'free' } });
      expect(await get()).toMatchObject({
        plan: 'free',
        entitlement: { allowed: false, code: 'NOT_ENTITLED' },
      });
    });

    it('is refused when it is not registered, to whoever has a role in it', async () => {
      const as = api.tokens.issue('olivia', { organizations: { nowhere: 'owner' } });
      for (const path of ['', '/projects', '/keys', '/changes']) {
        const { status, body } = await api.call(`GET /v1/organizations/nowhere${path}`, { as });
        expect([status, body.code]).toEqual([404, 'UNKNOWN_ORGANIZATION']);
      }
    });
  });

  describe('its projects', () => {
    const list = async (query = '') => (await api.must(`GET ${ORG}/projects${query}`)).body;

    it('are listed by id, without those that are archived', async () => {
      for (const id of ['shop', 'old', 'app']) await addProject(id);
      await api.must(`DELETE ${ORG}/projects/old`, { as: api.admin });
      await api.must(`PUT ${ORG}/projects/shop`, { as: api.admin, body: { name: 'Another name' } });
      expect((await list()).items).toEqual([
        { id: 'app', name: 'The app' },
        { id: 'shop', name: 'Another name' },
        { id: 'website', name: 'Website' },
      ]);
    });

    it('come in pages', async () => {
      for (const id of ['a', 'b', 'c']) await addProject(id);
      const first = await list('?limit=3');
      expect(first).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
      const second = await list(`?limit=3&after=${first.next as string}`);
      expect(second).toMatchObject({ items: [{ id: 'website' }] });
      expect(second).not.toHaveProperty('next');
    });
  });

  describe('its keys', () => {
    const list = async (at?: string) =>
      (await api.must(`GET ${ORG}/keys${at === undefined ? '' : `?at=${at}`}`)).body;
    const versions = (body: {
      items: { projectId: string | null; key: { version: number } | null; enabled: boolean }[];
    }) => body.items.map(({ projectId, key, enabled }) => [projectId, key?.version ?? null, enabled]);

    it('are all there, with nothing that is secret', async () => {
      await addProject('mobile');
      await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
      await api.must(`PUT ${KEY_OF_MOBILE}`, { body: { secret: KEY_B } });
      await api.must(`POST ${ORG_KEY}/disable`);
      const body = await list();
      expect(body).toMatchObject({
        projects: [
          { id: 'mobile', name: 'The mobile' },
          { id: 'website', name: 'Website' },
        ],
        items: [
          {
            integrationId: 'serpapi',
            projectId: 'mobile',
            enabled: true,
            key: { version: 1, mask: '••••••••BBBB' },
          },
          {
            integrationId: 'serpapi',
            projectId: null,
            enabled: false,
            key: { version: 1, mask: '••••••••AAAA' },
          },
        ],
      });
      expect(JSON.stringify(body)).not.toContain(KEY_A);
    });

    it('are what they were at a position and at a time', async () => {
      const moments = [
        await addProject('mobile'),
        await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } }),
        await api.must(`PUT ${KEY_OF_MOBILE}`, { body: { secret: KEY_B } }),
        await api.must(`DELETE ${ORG_KEY}`),
        await api.must(`DELETE ${ORG}/projects/mobile`, { as: api.admin }),
      ].map(({ body }) => body.position as string);
      const then = await Promise.all(moments.map((at) => list(at)));
      expect(then.map(versions)).toEqual([
        [],
        [[null, 1, true]],
        [
          [null, 1, true],
          ['mobile', 1, true],
        ],
        [
          ['mobile', 1, true],
          [null, null, false],
        ],
        [
          ['mobile', 1, true],
          [null, null, false],
        ],
      ]);
      expect(then.map(({ position }) => position as string)).toEqual(moments);
      expect(then.map(({ projects }) => (projects as unknown[]).length)).toEqual([2, 2, 2, 2, 1]);
      const now = await list(new Date().toISOString());
      expect(now).toEqual(await list());
    });

    it('say of each project what its own explanation says', async () => {
      await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
      const { items } = await list();
      const { body } = await api.must(`GET ${ORG}/projects/website/integrations/serpapi/effective-key`);
      expect(items[0].key).toEqual(body.key);
    });

    it.each([
      ['of a time before the organization', '2001-01-01T00:00:00Z', 404, 'UNKNOWN_ORGANIZATION'],
      ['of a time that has not come', '2999-01-01T00:00:00Z', 400, 'INVALID_REQUEST'],
      ['of what is no moment', 'yesterday', 400, 'INVALID_REQUEST'],
    ])('are not told %s', async (_what, at, status, code) => {
      const answer = await api.call(`GET ${ORG}/keys?at=${at}`);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    });
  });
});
