import { encodePosition } from '@keyward/contracts';
import { ApiFixture, type Answer } from '../../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../../testing/writes.js';

const ORG = '/v1/organizations/acme';
const ORG_KEY = `${ORG}/integrations/serpapi/key`;
const PROJECT_KEY = `${ORG}/projects/website/integrations/serpapi/key`;
const HISTORY = `GET ${ORG}/history`;

type Item = Readonly<Record<string, unknown>> & { readonly position: string; readonly kind: string };

describe('The history of an organization', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => api.withAcme());

  const read = async (query = ''): Promise<Item[]> => (await api.must(`${HISTORY}${query}`)).body.items;
  const kinds = async (query = '') => (await read(query)).map(({ kind }) => kind);
  const lastOf = async (query = '') => (await read(query)).at(-1)!;
  const writes = [
    ['set', () => api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } })],
    ['disabled', () => api.must(`POST ${ORG_KEY}/disable`, { body: { reason: 'a leak' } })],
    ['enabled', () => api.must(`POST ${ORG_KEY}/enable`)],
    ['set', () => api.must(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_B } })],
    ['removed', () => api.must(`DELETE ${PROJECT_KEY}`)],
    ['removed', () => api.must(`DELETE ${ORG_KEY}`)],
    ['destroyed', () => api.must(`DELETE ${ORG_KEY}/versions/1`)],
    ['project_renamed', () => asAdmin(`PUT ${ORG}/projects/website`, { name: 'Shop' })],
    ['project_archived', () => asAdmin(`DELETE ${ORG}/projects/website`)],
    ['plan_changed', () => asAdmin(`PUT ${ORG}`, { name: 'Acme', plan: 'team' })],
    ['organization_renamed', () => asAdmin(`PUT ${ORG}`, { name: 'ACME', plan: 'team' })],
  ] as const;
  const asAdmin = (target: string, body?: object): Promise<Answer> =>
    api.must(target, { as: api.admin, ...(body && { body }) });

  it('has every change, in its order, at the position that the change was answered with', async () => {
    const begun = ['organization_registered', 'project_registered', 'rollout_changed'];
    const positions: string[] = [];
    for (const [, write] of writes) positions.push((await write()).body.position as string);
    const items = await read();
    expect(items.map(({ kind }) => kind)).toEqual([...begun, ...writes.map(([kind]) => kind)]);
    expect(items.slice(begun.length).map(({ position }) => position)).toEqual(positions);
  });

  it('says all about a change but the key', async () => {
    const set = await api.must(`PUT ${ORG_KEY}`, {
      body: { secret: KEY_A, reason: 'first' },
      headers: { 'idempotency-key': 'once' },
    });
    const disabled = await api.must(`POST ${ORG_KEY}/disable`, { headers: { 'if-match': '"1"' } });
    const { text, body } = await api.must(`${HISTORY}?integration=serpapi`);
    const key = {
      keyId: set.body.keyId as string,
      version: 1,
      mask: '••••••••AAAA',
      fingerprint: set.body.fingerprint as string,
      credentialKind: 'api_key',
    };
    const common = {
      occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      actor: { subject: 'olivia', kind: 'organization_owner' },
      projectId: null,
      integrationId: 'serpapi',
      ...key,
    };
    expect(body.items).toEqual([
      {
        ...common,
        kind: 'set',
        position: set.body.position,
        reason: 'first',
        expectedVersion: null,
        idempotencyKey: 'once',
      },
      {
        ...common,
        kind: 'disabled',
        position: disabled.body.position,
        reason: null,
        expectedVersion: '"1"',
        idempotencyKey: null,
      },
    ]);
    expect(body.position).toEqual(expect.any(String));
    for (const unspoken of [KEY_A, 'requestDigest', 'lastFour']) expect(text).not.toContain(unspoken);
  });

  it('says what a command carried', async () => {
    for (const [, write] of writes.slice(0, 7)) await write();
    expect(await lastOf('?kind=destroyed')).toMatchObject({
      cause: 'request',
      version: 1,
      mask: '••••••••AAAA',
    });
    await asAdmin(`PUT ${ORG}`, { name: 'ACME', plan: 'team' });
    expect(await lastOf('?kind=plan_changed')).toMatchObject({ plan: 'team', previousPlan: 'enterprise' });
    expect(await lastOf('?kind=organization_renamed')).toMatchObject({ name: 'ACME' });
    expect(await lastOf('?kind=organization_registered')).toMatchObject({
      name: 'Acme',
      plan: 'enterprise',
      actor: { subject: 'root', kind: 'platform_admin' },
    });
  });

  it('shows of the rollout what brings the organization in or takes it out, and never who else', async () => {
    const change = (body: object) => asAdmin('PUT /v1/rollout', body);
    await change({ percentage: 0, include: ['acme', 'a-customer'], exclude: [] });
    await change({ percentage: 0, include: ['acme'], exclude: ['acme', 'a-customer'] });
    await change({ percentage: 100, include: [], exclude: [] });
    const { text, body } = await api.must(`${HISTORY}?kind=rollout_changed`);
    expect((body.items as Item[]).map(({ inRollout }) => inRollout)).toEqual([true, false, true]);
    await api.withAcme();
    expect((await read()).map(({ kind, inRollout }) => [kind, inRollout])).toEqual([
      ['organization_registered', true],
      ['project_registered', undefined],
    ]);
    await change({ percentage: 0, include: [], exclude: [] });
    for (const unspoken of ['a-customer', 'percentage', 'include']) expect(text).not.toContain(unspoken);
  });

  it('is of one organization alone', async () => {
    const acme = api.owner;
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    await api.withAcme();
    expect(await kinds()).toEqual(['organization_registered', 'project_registered', 'rollout_changed']);
    expect((await api.call(HISTORY, { as: acme })).body.code).toBe('FORBIDDEN');
  });

  it('can be narrowed, by everything at once', async () => {
    for (const [, write] of writes.slice(0, 6)) await write();
    const other = api.token('oscar', { organizations: { acme: 'admin' } });
    await api.must(`PUT ${ORG}/integrations/exa/key`, { as: other, body: { secret: KEY_A } });
    expect(await kinds('?project=website')).toEqual(['project_registered', 'set', 'removed']);
    expect(await kinds('?integration=exa')).toEqual(['set']);
    expect(await kinds('?actor=oscar')).toEqual(['set']);
    expect(await kinds('?kind=removed')).toEqual(['removed', 'removed']);
    expect(await kinds('?kind=removed&project=website&integration=serpapi&actor=olivia')).toEqual([
      'removed',
    ]);
    expect(await kinds('?kind=removed&actor=oscar')).toEqual([]);
    const [{ occurredAt: first }] = (await read('?integration=serpapi')) as [Item];
    expect(await kinds(`?from=${first as string}&integration=exa`)).toEqual(['set']);
    expect(await kinds(`?to=${first as string}&integration=serpapi`)).toEqual([]);
    expect(await kinds('?from=2999-01-01T00:00:00Z')).toEqual([]);
  });

  it.each(['oldest_first', 'newest_first'])(
    'is given in pages that stay as they are while things happen, %s',
    async (order) => {
      for (const [, write] of writes.slice(0, 3)) await write();
      const before = await read(`?order=${order}`);
      const seen: Item[] = [];
      let after = '';
      do {
        const { body } = await api.must(`${HISTORY}?order=${order}&limit=2${after}`);
        seen.push(...(body.items as Item[]));
        after = body.next ? `&after=${body.next as string}` : '';
        await api.must(`PUT ${ORG_KEY}`, { body: { secret: `${KEY_A}${seen.length}` } });
      } while (after !== '' && seen.length < before.length);
      expect(seen.slice(0, before.length)).toEqual(before);
    },
  );

  it('can be read on from any position', async () => {
    const { body } = await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    await api.must(`POST ${ORG_KEY}/disable`);
    expect(await kinds(`?after=${body.position as string}`)).toEqual(['disabled']);
    expect(await kinds(`?order=newest_first&after=${body.position as string}&limit=1`)).toEqual([
      'rollout_changed',
    ]);
  });

  it.each(['', '?fully_consistent=true'])('has what was answered before it was asked (%s)', async (query) => {
    for (let n = 0; n < 10; n++) {
      const { body } = await api.must(`PUT ${ORG_KEY}`, { body: { secret: `${KEY_A}${n}` } });
      expect((await lastOf(query)).position).toBe(body.position);
    }
  });

  it('is at least as fresh as a position', async () => {
    const { body } = await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    const position = body.position as string;
    expect((await lastOf(`?at_least_as_fresh=${position}`)).position).toBe(position);
  });

  const foreign = encodePosition('another', { commit: 1n, prepare: 1n });
  it.each([
    ['after', `after=${foreign}`],
    ['after', 'after=yesterday'],
    ['at_least_as_fresh', `at_least_as_fresh=${foreign}`],
    ['kind', 'kind=melted'],
    ['project', 'project=~'],
    ['actor', 'actor='],
    ['from', 'from=yesterday'],
    ['to', 'to=2026-02-30T00:00:00Z'],
    ['limit', 'limit=0'],
    ['limit', 'limit=501'],
    ['order', 'order=random'],
    ['query', 'reason=x'],
  ])('is refused a wrong %s: %s', async (field, query) => {
    const { status, body } = await api.call(`${HISTORY}?${query}`);
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
    if (field !== 'query') expect(body.violations[0].field).toBe(field);
  });

  it('of an organization that was never registered is unknown', async () => {
    const as = api.token('nobody', { organizations: { nowhere: 'owner' } });
    expect((await api.call('GET /v1/organizations/nowhere/history', { as })).body.code).toBe(
      'UNKNOWN_ORGANIZATION',
    );
  });

  it('is missing in the readiness report and in nothing else while it is not there', async () => {
    const alone = await ApiFixture.start();
    const { body } = await alone.must('GET /health/ready', { as: null });
    expect(body.parts).toContainEqual(expect.objectContaining({ part: 'history', required: false }));
    await alone.close();
  });
});
