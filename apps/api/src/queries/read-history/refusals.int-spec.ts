import { Refusals } from '@keyward/refusals';
import { ApiFixture } from '../../testing/api-fixture.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';
const ORG = '/v1/organizations/acme';
const KEY = `PUT ${ORG}/integrations/serpapi/key`;

interface Item {
  readonly kind: string;
  readonly actor: { readonly subject: string; readonly kind: string };
  readonly [field: string]: unknown;
}

describe('What policy refused, in the history', () => {
  let api: ApiFixture;
  beforeEach(async () => {
    api = await (await ApiFixture.start()).withAcme();
  });
  afterEach(() => api.close());

  const refused = async (query = ''): Promise<Item[]> => {
    await api.app.get(Refusals).flush();
    const { body } = await api.must(`GET ${ORG}/history?kind=refused${query}`);
    return body.items as Item[];
  };
  const viewer = () => api.token('victor', { projects: { 'acme/website': 'viewer' } });
  const plan = (name: string) =>
    api.must(`PUT ${ORG}`, { as: api.admin, body: { name: 'Acme', plan: name } });

  it('is a viewer’s forbidden write, with all that there is to know', async () => {
    for (let n = 0; n < 2; n++)
      await api.call(`PUT ${ORG}/projects/website/integrations/serpapi/key`, {
        as: viewer(),
        body: { secret: CANARY, reason: CANARY },
        headers: { 'idempotency-key': CANARY },
      });
    expect(await refused()).toEqual([
      {
        position: expect.any(String) as string,
        occurredAt: expect.any(String) as string,
        firstAt: expect.any(String) as string,
        actor: { subject: 'victor', kind: 'project_viewer' },
        kind: 'refused',
        projectId: 'website',
        integrationId: 'serpapi',
        operation: 'setProjectKey',
        code: 'FORBIDDEN',
        count: 2,
        ...{ keyId: null, version: null, mask: null, fingerprint: null, credentialKind: null },
        ...{ reason: null, expectedVersion: null, idempotencyKey: null },
      },
    ]);
  });

  it('is what plan, rollout and kind of credential do not let an owner do, and nothing else', async () => {
    const code = async (call: string, body: object): Promise<string> =>
      (await api.call(call, { body })).body.code as string;
    expect(await code(`PUT ${ORG}/integrations/gmail/key`, { secret: CANARY })).toBe(
      'CREDENTIAL_KIND_NOT_SHAREABLE',
    );
    await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 0, include: [], exclude: [] } });
    expect(await code(KEY, { secret: CANARY })).toBe('NOT_ROLLED_OUT');
    await plan('team');
    for (let n = 0; n < 3; n++) expect(await code(KEY, { secret: CANARY })).toBe('NOT_ENTITLED');
    expect(await code(KEY, { secret: '' })).toBe('INVALID_REQUEST');
    expect(await code(`DELETE ${ORG}/integrations/serpapi/key`, {})).toBe('KEY_NOT_SET');
    const items = await refused();
    expect(items.map((item) => [item['code'], item['integrationId'], item['count']])).toEqual([
      ['CREDENTIAL_KIND_NOT_SHAREABLE', 'gmail', 1],
      ['NOT_ROLLED_OUT', 'serpapi', 1],
      ['NOT_ENTITLED', 'serpapi', 3],
    ]);
    expect(new Set(items.map(({ actor }) => `${actor.subject} ${actor.kind}`))).toEqual(
      new Set(['olivia organization_owner']),
    );
  });

  it('can be narrowed like everything else', async () => {
    await api.call(KEY, { as: viewer(), body: { secret: CANARY } });
    await api.call(`GET ${ORG}/projects/mobile/integrations`, { as: viewer() });
    await api.call(`DELETE ${ORG}/projects/website/integrations/exa/key`, { as: viewer() });
    const operations = async (query: string) => (await refused(query)).map(({ operation }) => operation);
    expect(await operations('')).toEqual(['setOrgKey', 'listProjectIntegrations', 'removeProjectKey']);
    expect(await operations('&project=website')).toEqual(['removeProjectKey']);
    expect(await operations('&integration=exa')).toEqual(['removeProjectKey']);
    expect(await operations('&actor=victor&limit=1')).toEqual(['setOrgKey']);
    expect(await operations('&actor=olivia')).toEqual([]);
  });

  it('keeps nothing of what was typed where names belong', async () => {
    const typed = [`integrations/${CANARY}/key`, `projects/${CANARY}/integrations/serpapi/key`];
    for (const path of typed)
      await api.call(`PUT ${ORG}/${path}`, { as: viewer(), body: { secret: CANARY } });
    const { text } = await api.must(`GET ${ORG}/history`);
    expect((await refused()).map(({ projectId, integrationId }) => [projectId, integrationId])).toEqual([
      [null, null],
      [null, 'serpapi'],
    ]);
    expect(text + api.logLines.join('') + (await api.metrics.render()).body).not.toContain('canary');
    for await (const event of api.events.readAll())
      expect(JSON.stringify([event.data, event.metadata])).not.toContain('canary');
  });

  it('is neither a stranger’s, nor a foreign organization’s, nor one’s that is not there', async () => {
    const globex = api.token('gerd', { organizations: { globex: 'owner' } });
    const answers = [
      await api.call(KEY, { as: globex, body: { secret: CANARY } }),
      await api.call('PUT /v1/organizations/nowhere/integrations/serpapi/key', {
        as: globex,
        body: { secret: CANARY },
      }),
      await api.call('PUT /v1/organizations/globex', { as: globex, body: { name: 'G', plan: 'free' } }),
    ];
    expect(answers.map(({ body }) => body.code as string)).toEqual(Array(3).fill('FORBIDDEN'));
    expect(await refused()).toEqual([]);
    for await (const { stream } of api.events.readAll()) expect(stream).not.toMatch(/^refusals-/);
  });

  it('is seen by nobody of another organization', async () => {
    const acme = api.owner;
    await api.call(KEY, { as: viewer(), body: { secret: CANARY } });
    expect(await refused()).toHaveLength(1);
    await api.withAcme();
    expect(await refused()).toEqual([]);
    expect((await api.call(`GET ${ORG}/history`, { as: acme })).body.code).toBe('FORBIDDEN');
  });

  it('changes nothing of what is said about who uses a key', async () => {
    await api.must(KEY, { body: { secret: CANARY } });
    const usage = async () => (await api.must(`GET ${ORG}/integrations/serpapi/key/usage`)).body as object;
    const { position: _before, ...before } = (await usage()) as { position: string };
    await api.call(`DELETE ${ORG}/integrations/serpapi/key`, { as: viewer() });
    await api.call(`DELETE ${ORG}/projects/website/integrations/serpapi/key`, { as: viewer() });
    expect(await refused()).toHaveLength(2);
    const { position: _after, ...after } = (await usage()) as { position: string };
    expect(after).toEqual(before);
  });
});
