import { randomBytes } from 'node:crypto';
import { KeywardError, type SpanAttributes } from '@keyward/contracts';
import { formsOf } from '../../../../test/support/forms-of.js';
import { freePort } from '../../../../test/support/free-port.js';
import { TraceCollector } from '../../../../test/support/trace-collector.js';
import { Metrics } from '../metrics/metrics.js';
import { runtimeSettings } from '../runtime.settings.js';
import { loadSettings } from '../settings/settings.js';
import { openTracing } from './open-tracing.js';
import { NO_SPAN, NO_TRACING, inSpan, inSpans, type Tracing } from './tracing.js';

const CANARY = 'sk-canary-7d3a51c0-4f7e-of-the-key';
const TRACE = 'a'.repeat(32);
const CALLER = `00-${TRACE}-${'b'.repeat(16)}-01`;
const nothing = (): undefined => undefined;

describe('Traces', () => {
  let collector: TraceCollector;
  let metrics: Metrics;
  const open: Tracing[] = [];

  beforeEach(async () => {
    collector = await new TraceCollector().start();
    metrics = new Metrics(false);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((tracing) => tracing.close()));
    await collector.stop();
  });

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<Tracing> => {
    const settings = loadSettings(runtimeSettings, { ...collector.env, ...env });
    const tracing = await openTracing(settings, 'keyward-test', metrics);
    open.push(tracing);
    return tracing;
  };
  const counted = async (outcome: string): Promise<number> => {
    const { body } = await metrics.render();
    return Number(
      new RegExp(`keyward_trace_spans_total\\{outcome="${outcome}"\\} (\\d+)`).exec(body)?.[1] ?? 0,
    );
  };
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await condition())) await new Promise((next) => setTimeout(next, 10));
  };

  it('are off without a collector', async () => {
    const tracing = await openTracing(loadSettings(runtimeSettings, {}), 'keyward-test', metrics);
    expect(tracing).toBe(NO_TRACING);
  });

  it('show what was done inside of what, also after waiting, and by which process', async () => {
    const tracing = await start();
    await inSpan(tracing.serve('call', nothing), async () => {
      await new Promise((next) => setImmediate(next));
      await inSpan(tracing.child('part'), () => inSpan(tracing.child('detail'), async () => undefined));
    });
    await tracing.close();
    const named = (name: string) => collector.spans.find((span) => span.name === name)!;
    expect(collector.spans).toHaveLength(3);
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(named('call')).toMatchObject({ parentSpanId: undefined, service: 'keyward-test' });
    expect(named('part').parentSpanId).toBe(named('call').spanId);
    expect(named('detail').parentSpanId).toBe(named('part').spanId);
    expect(await counted('exported')).toBe(3);
  });

  it('have no part without a whole', async () => {
    const tracing = await start();
    expect(tracing.child('part')).toBe(NO_SPAN);
    expect(tracing.traceparent()).toBeUndefined();
  });

  it("go on with the caller's trace, and carry it on", async () => {
    const tracing = await start();
    const carried = await inSpan(
      tracing.serve('call', () => CALLER),
      async () => tracing.traceparent(),
    );
    tracing.follow('later', 'consumer', { traceparent: carried, at: new Date() }).end();
    await tracing.close();
    const [call, later] = ['call', 'later'].map((name) =>
      collector.spans.find((span) => span.name === name)!,
    );
    expect(call).toMatchObject({ traceId: TRACE, parentSpanId: 'b'.repeat(16) });
    expect(later).toMatchObject({ traceId: TRACE, parentSpanId: call!.spanId });
    expect(carried).toBe(`00-${TRACE}-${call!.spanId}-01`);
  });

  it.each<[string, unknown]>([
    ['that is malformed', `00-${TRACE}-${CANARY}-01`],
    ['that is no text', Buffer.from(CALLER)],
    ['of no trace', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
  ])('ignore a traceparent %s', async (_, sent) => {
    const tracing = await start();
    tracing.serve('call', () => sent).end();
    expect(tracing.follow('later', 'consumer', { traceparent: sent as string, at: new Date() })).toBe(
      NO_SPAN,
    );
    await tracing.close();
    expect(collector.spans).toMatchObject([{ name: 'call', parentSpanId: undefined }]);
    expect(collector.spans[0]!.traceId).not.toBe(TRACE);
  });

  it('are begun for the share of calls that is set, and the caller decides about its own', async () => {
    const tracing = await start({ OTEL_TRACES_SAMPLER_ARG: '0' });
    const called = (sent?: string) => tracing.serve('call', () => sent);
    expect([called(), called(CALLER.replace(/01$/, '00'))]).toEqual([NO_SPAN, NO_SPAN]);
    const carried = await inSpan(called(), async () => tracing.traceparent());
    expect(carried).toBeUndefined();
    called(CALLER).end();
    await tracing.close();
    expect(collector.spans).toMatchObject([{ traceId: TRACE }]);
  });

  it('do not tell again what is only read again', async () => {
    const tracing = await start();
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    expect(tracing.follow('late', 'internal', { traceparent: CALLER, at: minutesAgo(6) })).toBe(NO_SPAN);
    expect(tracing.follow('soon', 'internal', { traceparent: CALLER, at: minutesAgo(4) })).not.toBe(NO_SPAN);
  });

  it('show each cause of what is done for several at once', async () => {
    const tracing = await start();
    const other = CALLER.replaceAll('a', 'c');
    const spans = [CALLER, undefined, other].map((traceparent) =>
      tracing.follow('batch', 'internal', { traceparent, at: new Date() }),
    );
    expect(await inSpans(spans, async () => 7)).toBe(7);
    await tracing.close();
    expect(collector.spans.map(({ traceId }) => traceId)).toEqual([TRACE, 'c'.repeat(32)]);
  });

  it('say nothing but what the table allows, in the shape that it allows', async () => {
    const tracing = await start();
    const span = tracing.serve('call', nothing);
    span.set(() => ({
      'keyward.organization_id': 'acme',
      'keyward.version': 3,
      'keyward.project_id': 'two words',
      'keyward.integration_id': { toString: () => 'openai' },
      'http.route': '/v1/x?secret=1',
      ...({ 'keyward.secret': CANARY, email: 'alice@example.com' } as SpanAttributes),
    }));
    span.end();
    await tracing.close();
    expect(collector.spans[0]!.attributes).toEqual({
      'keyward.organization_id': 'acme',
      'keyward.version': 3,
    });
  });

  it.each<[string, unknown, string, boolean]>([
    ['a refusal', new KeywardError('MASKED_VALUE', CANARY), 'MASKED_VALUE', false],
    ['a failure', new KeywardError('UNAVAILABLE', CANARY), 'UNAVAILABLE', true],
    [
      'an error of the system',
      Object.assign(new Error(CANARY), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
      true,
    ],
    ['an error whose code is none', Object.assign(new Error(CANARY), { code: CANARY }), 'INTERNAL', true],
    ['what is no error', CANARY, 'INTERNAL', true],
  ])('tell %s by its code alone', async (_, error, code, isError) => {
    const tracing = await start();
    const failed = inSpan(tracing.serve('call', nothing), () => Promise.reject(error as Error));
    await expect(failed).rejects.toBe(error);
    await tracing.close();
    expect(collector.spans).toMatchObject([{ attributes: { 'error.type': code }, isError }]);
    for (const form of formsOf(CANARY)) expect(collector.received.join()).not.toContain(form);
  });

  it('send the headers that are set', async () => {
    const tracing = await start({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc=,x-tenant=keyward',
    });
    tracing.serve('call', nothing).end();
    await tracing.close();
    expect(collector.received[0]).toMatch(
      /^\["\/v1\/traces",.*"authorization":"Bearer abc=","x-tenant":"keyward"/,
    );
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT must be an address'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'Bearer abc' }, 'OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' }, 'OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs'],
    [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
    [{ OTEL_TRACES_SAMPLER_ARG: 'always_on' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
  ])('refuse a setting that cannot be meant: %j', (env, problem) => {
    expect(() => loadSettings(runtimeSettings, env as unknown as Record<string, string>)).toThrow(problem);
  });

  describe('of which the collector', () => {
    it('was away are dropped and counted, and what comes when it is back is sent', async () => {
      const port = await freePort();
      const tracing = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/` });
      tracing.serve('lost', nothing).end();
      await until(async () => (await counted('dropped')) === 1);
      const back = await new TraceCollector().start(port);
      tracing.serve('sent', nothing).end();
      await until(() => back.spans.length > 0);
      expect(back.spans.map(({ name }) => name)).toEqual(['sent']);
      await back.stop();
    });

    it.each([400, 503])('refuses some with %d are dropped and counted', async (status) => {
      collector.refusal = status;
      const tracing = await start();
      tracing.serve('refused', nothing).end();
      await until(async () => (await counted('dropped')) === 1);
    });

    it('does not answer are bounded, and hold up neither work nor the end', async () => {
      collector.refusal = 'hang';
      const tracing = await start({ KEYWARD_SHUTDOWN_TIMEOUT: '1s' });
      for (let n = 0; n < 20_000; n += 1) tracing.serve('call', nothing).end();
      await until(() => collector.received.length > 0);
      expect(await counted('dropped')).toBe(20_000 - 4_096);
      await tracing.close();
      // Nobody waited for the sending to be given up, which comes later.
      expect(await counted('dropped')).toBe(20_000 - 4_096);
      await until(async () => (await counted('dropped')) === 20_000);
    });
  });

  it('are not looked for by libraries: nothing is registered for them', async () => {
    await start();
    const { context, trace } = await import('@opentelemetry/api');
    expect(trace.getTracer(randomBytes(4).toString('hex')).startSpan('theirs').isRecording()).toBe(false);
    expect(context.active()).toBe((await import('@opentelemetry/api')).ROOT_CONTEXT);
  });
});
