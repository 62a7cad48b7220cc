import { comparePositions, type LogPosition } from '@keyward/contracts';
import { MemoryEventStore } from '@keyward/event-store';
import { ApiFixture, type Answer } from '../testing/api-fixture.js';
import { WRITE_CASES, callOf, withKeys, type SampleWrite } from '../testing/writes.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';

describe('Idempotency-Key', () => {
  let api: ApiFixture;
  /** Keyward started once more on the same log: it remembers nothing but what the log says. */
  let restarted: ApiFixture;
  beforeAll(async () => {
    const events = new MemoryEventStore();
    api = await ApiFixture.start({ events });
    restarted = await ApiFixture.start({ events });
  }, 30_000);
  afterAll(async () => {
    await restarted.close();
    await api.close();
  });
  beforeEach(async () => {
    await withKeys(api);
    restarted.acme = api.acme;
    restarted.owner = restarted.token('olivia', { organizations: { acme: 'owner' } });
  });

  const KEY = { 'idempotency-key': 'once' };
  const write = (on: ApiFixture, sample: SampleWrite) => on.when(sample.target, callOf(on, sample, KEY));

  it.each(WRITE_CASES)(
    'gives a repeat of %s the first answer, also after a restart',
    async (_target, sample) => {
      const first = await write(api, sample);
      expect(first.events).toContain(sample.event);
      for (const on of [api, restarted]) {
        const again = await write(on, sample);
        expect([said(again), again.events]).toEqual([said(first), []]);
      }
    },
  );

  it.each(WRITE_CASES.filter(([, { otherBody }]) => otherBody))(
    'refuses another body for %s, also after a restart',
    async (_target, sample) => {
      await write(api, sample);
      for (const on of [api, restarted]) {
        const call = { ...callOf(on, sample, KEY), body: sample.otherBody };
        const { status, body, events } = await on.when(sample.target, call);
        expect([status, body.code, events]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED', []]);
      }
    },
  );

  it.each(WRITE_CASES)('makes one write of repeats of %s at the same moment', async (_target, sample) => {
    const after = await api.when(sample.target, callOf(api, sample, { 'if-match': '"99"' }));
    expect(after.status).toBe(412);
    const before = await api.events.head();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => {
        const on = n % 2 === 0 ? api : restarted;
        return on.call(sample.target, callOf(on, sample, KEY));
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(said(answer)))).size).toBe(1);
    const made = await eventsAfter(api, before);
    expect(made.filter((type) => type === sample.event)).toHaveLength(1);
  });

  it('holds for the rollout too', async () => {
    const put = (percentage: number) =>
      api.when('PUT /v1/rollout', {
        as: api.admin,
        body: { percentage, include: [api.acme], exclude: [] },
        headers: { 'idempotency-key': `rollout of ${api.acme}`.replaceAll(' ', '-') },
      });
    const first = await put(7);
    const again = await put(7);
    expect([said(again), again.events]).toEqual([said(first), []]);
    expect((await put(8)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('refuses another condition, and another kind of write to the same slot', async () => {
    const body = { secret: 'a new one' };
    await api.must(`PUT ${ORG_KEY}`, { body, headers: KEY });
    const other = [
      api.call(`PUT ${ORG_KEY}`, { body, headers: { ...KEY, 'if-match': '"1"' } }),
      api.call(`POST ${ORG_KEY}/disable`, { headers: KEY }),
      api.call(`DELETE ${ORG_KEY}`, { headers: KEY }),
    ];
    for (const answer of await Promise.all(other)) expect(answer.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it("is each caller's own", async () => {
    const oscar = api.token('oscar', { organizations: { acme: 'owner' } });
    const mine = await api.must(`PUT ${ORG_KEY}`, { body: { secret: 'of olivia' }, headers: KEY });
    const his = await api.must(`PUT ${ORG_KEY}`, { as: oscar, body: { secret: 'of oscar' }, headers: KEY });
    expect([mine.body.version, his.body.version]).toEqual([2, 3]);
  });

  it('is about one slot: the same key can go with a write to another', async () => {
    const path = '/v1/organizations/acme/integrations/apify/key';
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: 'x1' }, headers: KEY });
    expect((await api.must(`PUT ${path}`, { body: { secret: 'x2' }, headers: KEY })).status).toBe(201);
  });

  it('keeps no refusal: what was refused can be tried again when its reason is gone', async () => {
    const plan = (name: string) =>
      api.must('PUT /v1/organizations/acme', { as: api.admin, body: { name: 'Acme', plan: name } });
    const attempt = () => api.call(`PUT ${ORG_KEY}`, { body: { secret: 'a new one' }, headers: KEY });
    await plan('free');
    expect((await attempt()).body.code).toBe('NOT_ENTITLED');
    await plan('enterprise');
    expect((await attempt()).body).toMatchObject({ version: 2, changed: true });
    await plan('free');
    expect((await attempt()).body).toMatchObject({ version: 2, changed: true });
  });

  it('remembers what changed nothing', async () => {
    const set = (secret: string, headers = {}) => api.must(`PUT ${ORG_KEY}`, { body: { secret }, headers });
    await set('the present one');
    const first = await set('the present one', KEY);
    expect(first.body.changed).toBe(false);
    await set('a later one');
    expect(said(await set('the present one', KEY))).toEqual(said(first));
    const another = await api.when(`PUT ${ORG_KEY}`, { body: { secret: 'a third one' }, headers: KEY });
    expect([another.body.code, another.events]).toEqual(['IDEMPOTENCY_KEY_REUSED', []]);
  });

  it.each(['', 'two words', 'x'.repeat(129), 'schlüssel', 'tab\there'])('cannot be %j', async (key) => {
    const { status, body, events } = await api.when(`PUT ${ORG_KEY}`, {
      body: { secret: 'x' },
      headers: { 'idempotency-key': key },
    });
    expect([status, body.code, events]).toEqual([400, 'INVALID_REQUEST', []]);
    expect(body.violations).toEqual([
      { field: 'Idempotency-Key', rule: 'must be sent once, as 1 to 128 visible ASCII characters' },
    ]);
  });

  it('can be every visible character, 128 of them', async () => {
    const headers = { 'idempotency-key': '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~'.padEnd(128, 'Z') };
    expect((await api.must(`PUT ${ORG_KEY}`, { body: { secret: 'x' }, headers })).body.changed).toBe(true);
  });
});

describe('many writers of one slot', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
    await api.withAcme();
  }, 30_000);
  afterAll(() => api.close());

  it('all get an answer over HTTP, and versions have no gap', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => api.call(`PUT ${ORG_KEY}`, { body: { secret: `value ${n}` } })),
    );
    expect(answers.map(({ body }) => body.version as number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, n) => n + 1),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(199).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.position as string)).size).toBe(200);
  });
});

/** What a caller has of an answer, but for what names the request. */
function said({ status, headers, body }: Answer) {
  const { 'x-request-id': _id, date: _date, ...others } = headers;
  return { status, headers: others, body };
}

async function eventsAfter({ events }: ApiFixture, after: LogPosition): Promise<string[]> {
  const types: string[] = [];
  for await (const { type, position } of events.readAll({ from: after }))
    if (comparePositions(position, after) > 0) types.push(type);
  return types;
}
