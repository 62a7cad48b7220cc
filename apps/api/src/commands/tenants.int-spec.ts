import { ApiFixture } from '../testing/api-fixture.js';

const ORG = '/v1/organizations/acme';
const PROJECT = `${ORG}/projects/website`;
const ROLLOUT = '/v1/rollout';
const ANY_POSITION = expect.any(String) as string;

describe('Registering', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());

  const asAdmin = (target: string, body?: object) =>
    api.when(target, { as: api.admin, ...(body && { body }) });

  describe('an organization', () => {
    let count = 0;
    let path: string;
    beforeEach(() => (path = `PUT /v1/organizations/new-${++count}`));

    it('answers 201 first, with what it is now', async () => {
      const answer = await asAdmin(path, { name: 'Acme Inc.', plan: 'enterprise' });
      expect([answer.status, answer.headers['etag'], answer.events]).toEqual([
        201,
        '"1"',
        ['OrganizationRegistered'],
      ]);
      expect(answer.body).toEqual({
        organizationId: `new-${count}`,
        name: 'Acme Inc.',
        plan: 'enterprise',
        version: 1,
        position: ANY_POSITION,
        changed: true,
      });
    });

    it.each([
      ['another name', { name: 'B', plan: 'team' }, ['OrganizationRenamed'], 2],
      ['another plan', { name: 'A', plan: 'free' }, ['OrganizationPlanChanged'], 2],
      ['both', { name: 'B', plan: 'free' }, ['OrganizationRenamed', 'OrganizationPlanChanged'], 3],
    ])('answers 200 with %s', async (_name, body, events, version) => {
      await asAdmin(path, { name: 'A', plan: 'team' });
      const answer = await asAdmin(path, body);
      expect([answer.status, answer.events, answer.body.changed]).toEqual([200, events, true]);
      expect([answer.body.version, answer.headers['etag']]).toEqual([version, `"${version}"`]);
    });

    it('makes no event of what is so already, and answers with the position of what made it so', async () => {
      const first = await asAdmin(path, { name: 'A', plan: 'team' });
      const again = await asAdmin(path, { name: 'A', plan: 'team' });
      expect([again.status, again.events, again.body]).toEqual([200, [], { ...first.body, changed: false }]);
    });

    it('takes one name for the same however its letters are composed', async () => {
      await asAdmin(path, { name: 'Zo\u00eb', plan: 'team' });
      const again = await asAdmin(path, { name: 'Zoe\u0308', plan: 'team' });
      expect([again.body.changed, again.body.name]).toEqual([false, 'Zo\u00eb']);
    });

    it.each([
      ['no name', { plan: 'team' }, ['name']],
      ['an empty name', { name: '', plan: 'team' }, ['name']],
      ['a name of 129 characters', { name: 'x'.repeat(129), plan: 'team' }, ['name']],
      ['a name of two lines', { name: 'a\nb', plan: 'team' }, ['name']],
      ['a name that turns the text around', { name: 'a\u202eb', plan: 'team' }, ['name']],
      ['a name with half a character', { name: 'a\ud800', plan: 'team' }, ['name']],
      ['an unknown plan', { name: 'A', plan: 'gold' }, ['plan']],
      ['everything wrong at once', { name: 7, plan: null, extra: 1 }, ['name', 'plan', 'extra']],
    ])('is refused with %s, each field named', async (_name, body, fields) => {
      const answer = await asAdmin(path, body);
      expect([answer.status, answer.body.code, answer.events]).toEqual([400, 'INVALID_REQUEST', []]);
      expect((answer.body.violations as { field: string }[]).map(({ field }) => field)).toEqual(fields);
    });

    it.each(['a~b', '-a', '.a', 'a%2Fb', '%C3%A9', 'x'.repeat(65), 'a%20b', '__proto__'])(
      'is refused the id %s',
      async (id) => {
        const answer = await asAdmin(`PUT /v1/organizations/${id}`, { name: 'A', plan: 'team' });
        expect([answer.status, answer.body.violations?.[0].field, answer.events]).toEqual([400, 'org', []]);
      },
    );

    it.each(['a', 'constructor', '7', 'A.b_c-d', 'x'.repeat(64)])('may have the id %s', async (id) => {
      expect((await asAdmin(`PUT /v1/organizations/${id}`, { name: 'A', plan: 'team' })).status).toBe(201);
    });
  });

  describe('a project', () => {
    beforeEach(() => api.withAcme());

    it('answers 201 first, 200 with another name, and nothing new with the same', async () => {
      const first = await asAdmin(`PUT ${ORG}/projects/shop`, { name: 'Shop' });
      expect([first.status, first.headers['etag'], first.events]).toEqual([
        201,
        '"1"',
        ['ProjectRegistered'],
      ]);
      expect(first.body).toEqual({
        organizationId: api.acme,
        projectId: 'shop',
        name: 'Shop',
        archived: false,
        version: 1,
        position: ANY_POSITION,
        changed: true,
      });
      const renamed = await asAdmin(`PUT ${ORG}/projects/shop`, { name: 'Store' });
      expect([renamed.status, renamed.events, renamed.body.version]).toEqual([200, ['ProjectRenamed'], 2]);
      const again = await asAdmin(`PUT ${ORG}/projects/shop`, { name: 'Store' });
      expect([again.status, again.events, again.body.changed]).toEqual([200, [], false]);
    });

    it('is archived, stays so, and is put back', async () => {
      const archived = await asAdmin(`DELETE ${PROJECT}`);
      expect([archived.status, archived.events]).toEqual([200, ['ProjectArchived']]);
      expect(archived.body).toMatchObject({
        archived: true,
        version: 2,
        changed: true,
        position: ANY_POSITION,
      });
      const again = await asAdmin(`DELETE ${PROJECT}`);
      expect([again.status, again.events, again.body.changed]).toEqual([200, [], false]);
      const back = await asAdmin(`PUT ${PROJECT}`, { name: 'Website' });
      expect([back.status, back.events, back.body.archived]).toEqual([200, ['ProjectRegistered'], false]);
    });

    it('brings its key back when it is put back', async () => {
      await api.must(`PUT ${PROJECT}/integrations/serpapi/key`, { body: { secret: 'x'.repeat(30) } });
      await asAdmin(`DELETE ${PROJECT}`);
      await asAdmin(`PUT ${PROJECT}`, { name: 'Website' });
      const { body } = await api.must(`GET ${PROJECT}/integrations/serpapi/effective-key`);
      expect(body).toMatchObject({ outcome: 'found', source: 'project', key: { version: 1 } });
    });

    it.each([
      [`PUT /v1/organizations/ghost/projects/shop`, 'UNKNOWN_ORGANIZATION'],
      [`DELETE /v1/organizations/ghost/projects/shop`, 'UNKNOWN_ORGANIZATION'],
      [`DELETE ${ORG}/projects/ghost`, 'UNKNOWN_PROJECT'],
    ])('%s is %s', async (target, code) => {
      const answer = await asAdmin(target, target.startsWith('PUT') ? { name: 'Shop' } : undefined);
      expect([answer.status, answer.body.code, answer.events]).toEqual([404, code, []]);
    });

    it('has an organization of its own: the same id elsewhere is another', async () => {
      await asAdmin('PUT /v1/organizations/globex', { name: 'Globex', plan: 'team' });
      expect((await asAdmin('PUT /v1/organizations/globex/projects/website', { name: 'W' })).status).toBe(
        201,
      );
      await asAdmin('DELETE /v1/organizations/globex/projects/website');
      expect((await api.call(`GET ${PROJECT}/integrations`)).status).toBe(200);
    });
  });

  describe('the rollout', () => {
    it('answers with what it is now, its lists in order and without repeats', async () => {
      const before = (await api.must(`GET ${ROLLOUT}`, { as: api.admin })).body.version as number;
      const answer = await asAdmin(`PUT ${ROLLOUT}`, {
        percentage: 12.34,
        include: ['b', 'a', 'b'],
        exclude: ['z'],
      });
      expect([answer.status, answer.events]).toEqual([200, ['RolloutChanged']]);
      expect(answer.body).toEqual({
        percentage: 12.34,
        include: ['a', 'b'],
        exclude: ['z'],
        version: before + 1,
        position: ANY_POSITION,
        changed: true,
      });
      const { body, headers } = await api.must(`GET ${ROLLOUT}`, { as: api.admin });
      expect(body).toEqual({
        percentage: 12.34,
        include: ['a', 'b'],
        exclude: ['z'],
        version: before + 1,
        position: ANY_POSITION,
      });
      expect(headers['etag']).toBe(`"${before + 1}"`);
      const again = await asAdmin(`PUT ${ROLLOUT}`, {
        percentage: 12.34,
        include: ['a', 'b'],
        exclude: ['z'],
      });
      expect([again.events, again.body.changed]).toEqual([[], false]);
    });

    it.each([
      ['a part of a percentage beyond two decimals', { percentage: 1.234 }, 'percentage'],
      ['a negative percentage', { percentage: -1 }, 'percentage'],
      ['more than all', { percentage: 100.01 }, 'percentage'],
      ['a percentage as text', { percentage: '5' }, 'percentage'],
      ['a list that is none', { include: 'acme' }, 'include'],
      ['an id that is none', { exclude: ['ok', 'a~b'] }, 'exclude.1'],
      ['too long a list', { include: Array<string>(10_001).fill('a') }, 'include'],
      ['a field left out', { exclude: undefined }, 'exclude'],
    ])('is refused %s', async (_name, wrong, field) => {
      const answer = await asAdmin(`PUT ${ROLLOUT}`, { percentage: 1, include: [], exclude: [], ...wrong });
      expect([answer.status, answer.body.violations?.[0].field, answer.events]).toEqual([400, field, []]);
    });

    const ids = (count: number, length: number): string[] =>
      Array.from({ length: count }, (_, n) => String(n).padStart(length, 'o'));

    it('takes long lists, beyond the limit of other bodies', async () => {
      const answer = await asAdmin(`PUT ${ROLLOUT}`, {
        percentage: 0,
        include: ids(10_000, 32),
        exclude: [],
      });
      expect([answer.status, answer.body.include.length]).toEqual([200, 10_000]);
    });

    it('is refused lists longer than one event can hold, and nothing is written', async () => {
      const long = ids(10_000, 64);
      const answer = await asAdmin(`PUT ${ROLLOUT}`, { percentage: 0, include: long, exclude: long });
      expect([answer.status, answer.body.code, answer.events]).toEqual([413, 'PAYLOAD_TOO_LARGE', []]);
    });
  });
});
