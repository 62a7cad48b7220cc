import { ApiFixture } from '../testing/api-fixture.js';
import { WRITE_CASES, callOf, withKeys, type SampleWrite } from '../testing/writes.js';

describe('If-Match', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => withKeys(api));

  const write = (sample: SampleWrite, ifMatch: string) =>
    api.when(sample.target, callOf(api, sample, { 'if-match': ifMatch }));

  it.each(WRITE_CASES)('lets %s through at its version alone', async (_target, sample) => {
    const other = await write(sample, `"${sample.version + 1}"`);
    expect([other.status, other.body.code, other.events]).toEqual([412, 'VERSION_CONFLICT', []]);
    expect(other.body.context).toEqual({ currentVersion: String(sample.version) });
    const right = await write(sample, `"${sample.version}"`);
    expect(right.status).toBe(200);
    expect(right.events).toContain(sample.event);
  });

  const SET = WRITE_CASES.find(([target]) => target.endsWith('serpapi/key'))![1];

  it.each(['*', '"7", "1"', '"1","7"', 'W/"7" , "1"', '"no-version", "1"'])(
    'holds as %s',
    async (ifMatch) => {
      expect((await write(SET, ifMatch)).status).toBe(200);
    },
  );

  it.each([
    ['a weak tag, which is never strongly equal', 'W/"1"'],
    ['a list of other versions', '"2", "3"'],
    ['a tag that is no version', '"abc"'],
    ['a version written otherwise', '"01"'],
    ['an empty tag', '""'],
  ])('does not hold as %s', async (_name, ifMatch) => {
    const { status, body, events } = await write(SET, ifMatch);
    expect([status, body.code, events]).toEqual([412, 'VERSION_CONFLICT', []]);
  });

  it.each(['1', '"1', '', '*, "1"', '"1" "2"', 'w/"1"', '"1",,"2"'])(
    'is not understood as %j',
    async (ifMatch) => {
      const { status, body, events } = await write(SET, ifMatch);
      expect([status, body.code, events]).toEqual([400, 'INVALID_REQUEST', []]);
      expect(body.violations).toEqual([
        { field: 'If-Match', rule: 'must be versions in quotes, as an ETag gave them (such as "3"), or *' },
      ]);
    },
  );

  it('does not hold where there is nothing, whatever it names', async () => {
    for (const ifMatch of ['*', '"0"', '"1"']) {
      const call = { body: { secret: 'x' }, headers: { 'if-match': ifMatch } };
      const { status, body } = await api.call('PUT /v1/organizations/acme/integrations/apify/key', call);
      expect([status, body.context]).toEqual([412, { currentVersion: '' }]);
    }
  });

  it('holds for the rollout by the ETag that reading it gave', async () => {
    const change = (ifMatch: string, percentage: number) =>
      api.when('PUT /v1/rollout', {
        as: api.admin,
        body: { percentage, include: [], exclude: [] },
        headers: { 'if-match': ifMatch },
      });
    const { etag } = (await api.must('GET /v1/rollout', { as: api.admin })).headers;
    expect((await change(etag!, 5)).events).toEqual(['RolloutChanged']);
    expect((await change(etag!, 6)).status).toBe(412);
  });

  it('takes an ETag as a write gave it', async () => {
    const { headers } = await api.must(SET.target, { body: { secret: 'the second' } });
    expect(headers['etag']).toBe('"2"');
    expect((await write(SET, headers['etag']!)).headers['etag']).toBe('"3"');
  });
});
