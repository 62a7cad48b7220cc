import { append, at, by } from '@keyward/history/testing';
import { ApiFixture } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const ORG = '/v1/organizations/acme';
const ORG_KEY = `${ORG}/integrations/serpapi/key`;
const PROJECT_KEY = `${ORG}/projects/website/integrations/serpapi/key`;

describe('What was handed out to workers', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => api.withAcme());

  const set = async (path: string, secret: string): Promise<string> =>
    (await api.must(`PUT ${path}`, { body: { secret } })).body.keyId as string;
  /** At this second after noon of 1 March 2026. */
  const handOut = (worker: string, second: number, keyId: string, more: object = {}) =>
    append(api.events, by(worker, second).wasGiven(api.acme, { integrationId: 'serpapi', keyId, ...more }));
  const itemIn = async (list: string) => {
    // What is shown beside a listing does not wait for the history; the usage does.
    await api.must(`GET ${ORG_KEY}/usage`);
    const { items, ...rest } = (await api.must(`GET ${ORG}${list}/integrations`)).body;
    return { ...(items as { id: string }[]).find(({ id }) => id === 'serpapi')!, ...rest };
  };

  it('shows in the listings as the last use of the version that is there', async () => {
    const first = await set(ORG_KEY, KEY_A);
    expect(await itemIn('')).toMatchObject({ lastUsedAt: null, lastUsedAsOf: expect.any(String) });
    await handOut('worker-1', 30, first);
    await handOut('worker-2', 10, first);
    for (const list of ['', '/projects/website'])
      expect(await itemIn(list)).toMatchObject({ lastUsedAt: at(30).toISOString() });
    await set(ORG_KEY, KEY_B);
    expect(await itemIn('')).toMatchObject({ version: 2, lastUsedAt: null });
  });

  it("shows in a project's listing as the last use of the key that it uses", async () => {
    await handOut('worker-1', 10, await set(ORG_KEY, KEY_A));
    await handOut('worker-1', 20, await set(PROJECT_KEY, KEY_B), { level: 'project' });
    expect(await itemIn('')).toMatchObject({ lastUsedAt: at(10).toISOString() });
    expect(await itemIn('/projects/website')).toMatchObject({ lastUsedAt: at(20).toISOString() });
  });

  it('shows in the usage of the key: by whom, which version, for which project, and when last', async () => {
    const first = await set(ORG_KEY, KEY_A);
    const second = await set(ORG_KEY, KEY_B);
    await handOut('worker-1', 10, first);
    await handOut('worker-1', 20, first);
    await handOut('worker-2', 30, second, { version: 2, projectId: 'mobile' });
    const { body } = await api.must(`GET ${ORG_KEY}/usage`);
    expect([body.uses, body.moreUses]).toEqual([
      [
        {
          worker: 'worker-2',
          projectId: 'mobile',
          keyId: second,
          version: 2,
          firstUsedAt: at(30).toISOString(),
          lastUsedAt: at(30).toISOString(),
          count: 1,
        },
        {
          worker: 'worker-1',
          projectId: 'website',
          keyId: first,
          version: 1,
          firstUsedAt: at(10).toISOString(),
          lastUsedAt: at(20).toISOString(),
          count: 2,
        },
      ],
      false,
    ]);
  });

  it('is in the history for whoever asks for it, and else leaves it as it was', async () => {
    const keyId = await set(ORG_KEY, KEY_A);
    const before = (await api.must(`GET ${ORG}/history`)).body.items as unknown[];
    await handOut('worker-1', 10, keyId);
    expect((await api.must(`GET ${ORG}/history`)).body.items).toEqual(before);
    const read = (await api.must(`GET ${ORG}/history?kind=read&actor=worker-1&integration=serpapi`)).body;
    expect(read.items).toEqual([
      expect.objectContaining({
        kind: 'read',
        actor: { subject: 'keyward', kind: null },
        recovered: false,
        handOuts: [
          {
            worker: 'worker-1',
            projectId: 'website',
            level: 'organization',
            integrationId: 'serpapi',
            keyId,
            version: 1,
            firstAt: at(10).toISOString(),
            lastAt: at(10).toISOString(),
            counts: { '2026-03-01T12:00Z': 1 },
          },
        ],
      }),
    ]);
    expect((await api.must(`GET ${ORG}/history?kind=read&actor=worker-2`)).body.items).toEqual([]);
  });
});
