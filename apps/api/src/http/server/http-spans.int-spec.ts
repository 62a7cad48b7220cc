import { readStoredEvent } from '@keyward/domain';
import type { Tracing } from '@keyward/runtime';
import { TraceCollector } from '../../../../../test/support/trace-collector.js';
import { ApiFixture } from '../../testing/api-fixture.js';
import { derivedUuid } from '../../write-side/write-request.js';
import { LossyEventStore } from '../../testing/lossy-event-store.js';

const KEY = '/v1/organizations/acme/integrations/serpapi/key';
const ROUTE = '/v1/organizations/{org}/integrations/{integration}/key';
const TRACE = 'a'.repeat(32);
const CALLER = `00-${TRACE}-${'b'.repeat(16)}-01`;
const OTHER_CALLER = CALLER.replaceAll('a', 'c');

describe('A traced write', () => {
  let collector: TraceCollector;
  let tracing: Tracing;
  let events: LossyEventStore;
  let api: ApiFixture;

  beforeEach(async () => {
    collector = await new TraceCollector().start();
    tracing = await collector.tracing();
    events = new LossyEventStore();
    api = await (await ApiFixture.start({ events, tracing })).withAcme();
  });
  afterEach(async () => {
    await api.close();
    await tracing.close();
    await collector.stop();
  });

  const stored = async () => {
    const found = [];
    for await (const event of events.readAll()) if (event.type === 'OrgKeySet') found.push(event);
    return found;
  };
  const set = (headers: Readonly<Record<string, string>>) =>
    api.call(`PUT ${KEY}`, { body: { secret: 'the value of a key' }, headers });

  it('is the request, in it the command, in it the append, all of the trace of the caller', async () => {
    const { body } = await set({ traceparent: CALLER });
    const spans = await collector.trace(TRACE, `PUT ${ROUTE}`);
    const [request, command] = [`PUT ${ROUTE}`, 'command'].map((name) =>
      spans.find((one) => one.name === name)!,
    );
    const append = spans.find((one) => one.attributes['keyward.event_type'] === 'OrgKeySet')!;
    expect(request!).toMatchObject({ parentSpanId: 'b'.repeat(16), isError: false });
    expect(request!.attributes).toEqual({
      'http.request.method': 'PUT',
      'http.route': ROUTE,
      'http.response.status_code': 201,
      'keyward.organization_id': api.acme,
    });
    expect(command!.parentSpanId).toBe(request!.spanId);
    expect(append).toMatchObject({ name: 'append', parentSpanId: command!.spanId });
    expect(append.attributes).toEqual({
      'keyward.organization_id': api.acme,
      'keyward.integration_id': 'serpapi',
      'keyward.event_type': 'OrgKeySet',
      'keyward.version': 1,
      'keyward.position': body.position,
    });
    const [event] = await stored();
    expect(event!.metadata).toEqual({ schemaVersion: 1, traceparent: `00-${TRACE}-${command!.spanId}-01` });
  });

  it('is the same event as one that is not, but for what its metadata carry', async () => {
    const headers = { 'idempotency-key': 'one' };
    await set({ ...headers, traceparent: CALLER });
    const untraced = await (await ApiFixture.start()).withAcme();
    await untraced.must(`PUT ${KEY}`, { body: { secret: 'the value of a key' }, headers });
    const [traced] = await stored();
    const plain = [];
    for await (const event of untraced.events.readAll()) if (event.type === 'OrgKeySet') plain.push(event);
    expect(plain[0]!.metadata).toEqual({ schemaVersion: 1 });
    expect(Object.keys(traced!.data)).toEqual(Object.keys(plain[0]!.data));
    const { requestDigest } = traced!.data as { requestDigest: string };
    expect(traced!.id).toBe(derivedUuid('event', traced!.stream, 'olivia', 'one', requestDigest, '0'));
    expect(readStoredEvent(traced!)).toMatchObject({ type: 'OrgKeySet', data: traced!.data });
    await untraced.close();
  });

  it('of unknown outcome is made once, whoever repeats it in whichever trace', async () => {
    const headers = { 'idempotency-key': 'two' };
    // The organization's first key makes its fingerprint key too, by an append of its own.
    await api.must(`PUT ${KEY.replace('serpapi', 'exa')}`, { body: { secret: 'another key' } });
    events.repliesToLose = 1;
    events.refusalsAfterLoss = 100;
    const lost = await set({ ...headers, traceparent: CALLER });
    expect(lost.status).toBe(503);
    events.refusals = 0;
    const repeated = await set({ ...headers, traceparent: OTHER_CALLER });
    expect([repeated.status, repeated.body.version]).toEqual([201, 1]);
    const [, ...all] = await stored();
    expect(all.map(({ metadata }) => metadata['traceparent'])).toEqual([
      expect.stringMatching(new RegExp(`^00-${TRACE}-`)),
    ]);
    const spans = await collector.trace(TRACE, `PUT ${ROUTE}`);
    expect(
      spans
        .filter(({ isError }) => isError)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([`PUT ${ROUTE}`, 'append', 'command']);
  });

  it('is refused with its code, and names no place that the caller may not see', async () => {
    const stranger = api.token('mallory', { organizations: { evil: 'owner' } });
    await api.call(`DELETE ${KEY}`, { as: stranger, headers: { traceparent: CALLER } });
    const [request, ...more] = await collector.trace(TRACE, `DELETE ${ROUTE}`);
    expect(more).toEqual([]);
    expect(request).toMatchObject({ isError: false });
    expect(request!.attributes).toEqual({
      'http.request.method': 'DELETE',
      'http.route': ROUTE,
      'http.response.status_code': 403,
      'error.type': 'FORBIDDEN',
    });
  });

  it('names no organization where it was refused: what stands in its place may be anything', async () => {
    const headers = { traceparent: CALLER };
    await api.call('PUT /v1/organizations/sk-a-key-in-the-wrong-place', { as: api.admin, body: {}, headers });
    const [request] = await collector.trace(TRACE, 'PUT /v1/organizations/{org}');
    expect(request!.attributes).toMatchObject({ 'error.type': 'INVALID_REQUEST' });
    expect(collector.received.join()).not.toContain('sk-a-key');
  });

  it('is told from health checks and metrics, which are not traced', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/nothing'])
      await api.call(`GET ${path}`, { as: null, headers: { traceparent: CALLER } });
    await api.call('GET /v1/nothing', { headers: { traceparent: CALLER } });
    expect(await collector.trace(TRACE, 'GET of no route')).toHaveLength(1);
  });
});
