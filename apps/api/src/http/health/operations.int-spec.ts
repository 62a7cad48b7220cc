import { MemoryEventStore } from '@keyward/event-store';
import { MemoryReadModel } from '@keyward/read-model';
import type { Tracing } from '@keyward/runtime';
import { formsOf } from '../../../../../test/support/forms-of.js';
import { TraceCollector } from '../../../../../test/support/trace-collector.js';
import { ApiFixture } from '../../testing/api-fixture.js';

const CANARY = 'canary-7d3a51c0-4f7e-of-the-key';
const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';

describe('Health', () => {
  let api: ApiFixture;
  const events = new MemoryEventStore();
  const readModel = new MemoryReadModel();
  beforeAll(async () => {
    api = await ApiFixture.start({ events, readModel, projecting: false });
  }, 30_000);
  afterAll(() => api.close());

  const problemsOf = async (path: string) => {
    const answer = await api.call(`GET ${path}`, { as: null });
    const parts = (answer.body as { parts: { part: string; ok: boolean; problem?: string }[] }).parts;
    const missing = parts.filter(({ ok }) => !ok).map(({ part, problem }) => `${part} ${problem}`);
    return { status: answer.status, headers: answer.headers, missing };
  };

  it('is live whatever it waits for', async () => {
    expect(await problemsOf('/health/live')).toMatchObject({ status: 200, missing: [] });
  });

  it('is not ready while the read model is not built, and says so', async () => {
    const { status, headers, missing } = await problemsOf('/health/ready');
    expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '1', 'no-store']);
    expect(missing).toEqual(['api-read-model waits for the read model to be built']);
  });

  it('is ready once it is', async () => {
    await readModel.reset(events.storeId);
    await readModel.markReady();
    expect(await problemsOf('/health/ready')).toMatchObject({ status: 200, missing: [] });
  });

  it('names each part that is out of reach, and no detail of it', async () => {
    const healthy = [events.health.bind(events), readModel.health.bind(readModel)] as const;
    events.health = async () => ({ ok: false, detail: 'ECONNREFUSED db.internal' });
    readModel.health = () => Promise.reject(new Error('ECONNREFUSED redis.internal'));
    const { status, missing } = await problemsOf('/health/ready');
    expect(status).toBe(503);
    expect(missing).toEqual([
      'api-event-log cannot reach the event log',
      expect.stringMatching(/^api-read-model /),
    ]);
    expect(missing.join()).not.toContain('internal');
    [events.health, readModel.health] = healthy;
  });
});

describe('Metrics, logs and traces', () => {
  let api: ApiFixture;
  let tracing: Tracing;
  const collector = new TraceCollector();
  beforeAll(async () => {
    tracing = await (await collector.start()).tracing();
    api = await (await ApiFixture.start({ tracing })).withAcme();
    for (const target of [
      `PUT ${ORG_KEY}`,
      'PUT /v1/organizations/acme/projects/website/integrations/serpapi/key',
    ])
      await api.must(target, { body: { secret: CANARY, reason: 'rotation' } });
    await api.call(`PUT ${ORG_KEY}?secret=${CANARY}`, { body: { secret: [CANARY], [CANARY]: 1 } });
    await api.call(`GET /v1/${CANARY}`);
    await api.call(`GET /v1/organizations/${CANARY}/integrations`, { headers: { 'x-key': CANARY } });
    await api.call('GET /v1/organizations/acme/integrations', { as: CANARY });
    await api.call('GET /v1/organizations/acme/integrations', {
      headers: { traceparent: CANARY, tracestate: `k=${CANARY}`, baggage: `k=${CANARY}` },
    });
    for (const place of [`projects/${CANARY}/integrations/serpapi`, `integrations/${CANARY}`])
      await api.call(`PUT /v1/organizations/acme/${place}/key`, { body: { secret: CANARY } });
  }, 30_000);
  afterAll(async () => {
    await api.close();
    await collector.stop();
  });

  const metrics = async () => (await api.call('GET /metrics', { as: null })).text;

  it('count requests by operation and status, of closed lists', async () => {
    const lines = (await metrics())
      .split('\n')
      .filter((line) => line.startsWith('keyward_http_request_seconds_count'));
    expect(lines).toContain('keyward_http_request_seconds_count{operation="setOrgKey",status="201"} 1');
    expect(lines).toContain('keyward_http_request_seconds_count{operation="setOrgKey",status="400"} 1');
    expect(lines).toContain('keyward_http_request_seconds_count{operation="other",status="404"} 1');
    for (const line of lines)
      expect(line).toMatch(/^\w+\{operation="[A-Za-z]+",status="(\d{3}|other)"\} \d+$/);
  });

  it('grow with no organization, caller or path', async () => {
    const before = (await metrics()).split('\n').length;
    for (let n = 0; n < 50; n += 1) {
      const as = api.token(`caller-${n}`, { organizations: { [`org-${n}`]: 'owner' } });
      await api.call(`DELETE /v1/organizations/org-${n}/integrations/i${n}/key`, { as });
      await api.call(`GET /v1/path-${n}`, { as });
    }
    const text = await metrics();
    expect(text).not.toMatch(/org-\d|caller-\d|path-\d|acme|olivia/);
    // One more operation with one more status, once each bucket.
    expect(text.split('\n').length - before).toBeLessThan(30);
  });

  it('hold no key in any form, nor do the answers of reads', async () => {
    const reads = [
      'GET /v1/organizations/acme/integrations',
      'GET /v1/organizations/acme/projects/website/integrations',
      'GET /v1/organizations/acme/projects/website/integrations/serpapi/effective-key',
    ];
    const answers = await Promise.all(reads.map(async (target) => (await api.must(target)).text));
    await tracing.close();
    const everything = [await metrics(), ...api.logLines, ...answers, ...collector.received].join('\n');
    expect(everything).toContain('setOrgKey');
    expect(collector.spans.map(({ attributes }) => attributes['error.type'])).toEqual(
      expect.arrayContaining([
        'INVALID_REQUEST',
        'UNKNOWN_PROJECT',
        'UNKNOWN_INTEGRATION',
        'UNAUTHENTICATED',
      ]),
    );
    for (const form of formsOf(CANARY)) expect(everything).not.toContain(form);
  });

  it('name the organization of a request only for whoever belongs to it', () => {
    const requests = api.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const set = requests.find(({ operation, status }) => operation === 'setOrgKey' && status === 201);
    expect(set).toMatchObject({ actor: 'olivia', organization: api.acme, method: 'PUT' });
    expect(set).toMatchObject({ route: '/v1/organizations/{org}/integrations/{integration}/key' });
    for (const refused of requests.filter(({ status }) => status === 403))
      expect(refused).not.toHaveProperty('organization');
  });
});
