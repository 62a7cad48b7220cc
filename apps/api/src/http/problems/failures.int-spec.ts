import { Sealer } from '@keyward/sealing';
import { ApiFixture, type Answer } from '../../testing/api-fixture.js';
import { LossyEventStore } from '../../testing/lossy-event-store.js';
import { WRITE_CASES, callOf, withKeys } from '../../testing/writes.js';

const ORG_KEY = 'PUT /v1/organizations/acme/integrations/serpapi/key';
const LIST = 'GET /v1/organizations/acme/integrations';

function expectUnavailable({ status, headers, body, text }: Answer): void {
  expect([status, body.code, headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '1']);
  expect(text).not.toMatch(/\bat .+:\d+:\d+|internal|ECONN/);
}

describe('When a part fails', () => {
  const events = new LossyEventStore();
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start({ events });
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => withKeys(api));
  afterEach(() => {
    for (const mend of mends.splice(0)) mend();
    api.tokens.broken = false;
  });

  const mends: (() => void)[] = [];
  /** Until the test is over a method fails instead of what it does. */
  function breakDown(part: object, method: string): void {
    const fails = () => Promise.reject(new Error('ECONNREFUSED db.internal:2113'));
    Object.defineProperty(part, method, { configurable: true, value: fails });
    mends.push(() => Reflect.deleteProperty(part, method));
  }

  it.each(WRITE_CASES)(
    'by refusing, the log lets %s be tried again, and nothing is lost',
    async (_target, write) => {
      const call = callOf(api, write, { 'idempotency-key': 'mine' });
      events.refusals = 1;
      const failed = await api.when(write.target, call);
      expectUnavailable(failed);
      expect(failed.events).toEqual([]);
      const again = await api.when(write.target, call);
      expect([again.status, again.body.changed]).toEqual([200, true]);
      expect(again.events).toContain(write.event);
    },
  );

  it.each(WRITE_CASES)(
    'by losing its answers, the log takes %s once all the same',
    async (_target, write) => {
      events.repliesToLose = 2;
      const { status, body, events: made } = await api.when(write.target, callOf(api, write));
      expect([status, body.changed]).toEqual([200, true]);
      expect(made.filter((type) => type === write.event)).toHaveLength(1);
    },
  );

  it('the log fails a read only that has to ask it', async () => {
    breakDown(events, 'head');
    expectUnavailable(await api.call(`${LIST}?fully_consistent=true`));
    expect((await api.call(LIST)).status).toBe(200);
  });

  it('the read model fails every read, never by "not there", and no write', async () => {
    breakDown(api.readModel, 'status');
    const EFFECTIVE = 'GET /v1/organizations/acme/projects/website/integrations/serpapi/effective-key';
    for (const target of [LIST, EFFECTIVE]) expectUnavailable(await api.call(target));
    expectUnavailable(await api.call('GET /v1/rollout', { as: api.admin }));
    expect((await api.call(ORG_KEY, { body: { secret: 'x' } })).status).toBe(200);
    expect((await api.call('GET /v1/integrations')).status).toBe(200);
  });

  it('the issuer of tokens fails no one for good', async () => {
    api.tokens.broken = true;
    const { status, headers, body } = await api.call(LIST);
    expect([status, body.code, headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '2']);
  });

  it('what nobody foresaw says nothing, and the log has all of it under the same id', async () => {
    breakDown(api.app.get(Sealer, { strict: false }), 'seal');
    const answer = await api.when(ORG_KEY, { body: { secret: 'another' } });
    expect([answer.status, answer.body.code, answer.events]).toEqual([500, 'INTERNAL', []]);
    expect(answer.text).not.toMatch(/ECONN|internal:/);
    const lines = api.logLines.filter((line) => line.includes(answer.headers['x-request-id']!));
    expect(lines.join('\n')).toContain('ECONNREFUSED db.internal:2113');
  });
});
