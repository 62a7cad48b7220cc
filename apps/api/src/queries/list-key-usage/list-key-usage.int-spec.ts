import { ApiFixture } from '../../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../../testing/writes.js';

const ORG = '/v1/organizations/acme';
const ORG_KEY = `${ORG}/integrations/serpapi/key`;
const USAGE = `GET ${ORG_KEY}/usage`;

describe('The usage of a key', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());

  beforeEach(async () => {
    await api.withAcme();
    for (const id of ['mobile', 'old'])
      await api.must(`PUT ${ORG}/projects/${id}`, { as: api.admin, body: { name: `The ${id}` } });
    await api.must(`DELETE ${ORG}/projects/old`, { as: api.admin });
  });

  const usage = async (query = '') => (await api.must(`${USAGE}${query}`)).body;
  const keyOf = (project: string) => `${ORG}/projects/${project}/integrations/serpapi/key`;

  it('names who uses it, who has another, and who has none', async () => {
    const set = await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    await api.must(`PUT ${keyOf('mobile')}`, { body: { secret: KEY_B } });
    expect(await usage()).toEqual({
      enabled: true,
      key: expect.objectContaining({
        keyId: set.body.keyId,
        version: 1,
        mask: '••••••••AAAA',
        setBy: 'olivia',
      }),
      using: [{ projectId: 'website', name: 'Website' }],
      overriding: [
        {
          projectId: 'mobile',
          name: 'The mobile',
          key: expect.objectContaining({ version: 1, mask: '••••••••BBBB' }),
        },
      ],
      without: [],
      uses: [],
      moreUses: false,
      position: expect.any(String),
    });
  });

  it('follows every change: switched off, on again, removed, a project back to it', async () => {
    await api.must(`PUT ${keyOf('mobile')}`, { body: { secret: KEY_B } });
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    await api.must(`POST ${ORG_KEY}/disable`);
    expect(await usage()).toMatchObject({
      enabled: false,
      key: { version: 1, mask: '••••••••AAAA' },
      using: [],
      overriding: [{ projectId: 'mobile' }],
      without: [{ projectId: 'website', reason: 'disabled' }],
    });
    await api.must(`POST ${ORG_KEY}/enable`);
    await api.must(`DELETE ${keyOf('mobile')}`);
    expect(await usage()).toMatchObject({
      using: [{ projectId: 'mobile' }, { projectId: 'website' }],
      overriding: [],
    });
    await api.must(`DELETE ${ORG_KEY}`);
    expect(await usage()).toMatchObject({
      key: null,
      enabled: false,
      using: [],
      without: [
        { projectId: 'mobile', reason: 'not_set' },
        { projectId: 'website', reason: 'not_set' },
      ],
    });
  });

  it('says of each project what its own listing says', async () => {
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    await api.must(`PUT ${keyOf('mobile')}`, { body: { secret: KEY_B } });
    const { key, overriding } = await usage();
    const effective = async (project: string) =>
      (await api.must(`GET ${ORG}/projects/${project}/integrations/serpapi/effective-key`)).body.key;
    expect(key).toEqual(await effective('website'));
    expect(overriding[0].key).toEqual(await effective('mobile'));
  });

  it('is what it was when an older version is destroyed', async () => {
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_B } });
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    const before = await usage();
    await api.must(`DELETE ${ORG_KEY}/versions/1`);
    expect(await usage()).toEqual({ ...before, position: expect.any(String) });
  });

  it('is of one integration alone, and of one in the catalogue', async () => {
    await api.must(`PUT ${ORG}/integrations/exa/key`, { body: { secret: KEY_A } });
    expect(await usage()).toMatchObject({ key: null, using: [] });
    const { body } = await api.call(`GET ${ORG}/integrations/nothing/key/usage`);
    expect(body.code).toBe('UNKNOWN_INTEGRATION');
  });

  it('is at least as fresh as a position', async () => {
    const { body } = await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    expect(await usage(`?at_least_as_fresh=${body.position as string}`)).toMatchObject({
      key: { version: 1 },
    });
  });
});
