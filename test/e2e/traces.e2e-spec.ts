import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeywardClient } from '@keyward/client';
import { keyChangesOf, WatchStream } from '../support/watch-stream.js';
import { formsOf } from '../support/forms-of.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../support/standalone.js';
import { TraceCollector, type ReceivedSpan } from '../support/trace-collector.js';

const GOOD = 'sk-canary-0123456789-0123456789-7f2c';
const BAD = 'sk-canary-bad\u0007-abcdefghij-abcdefghij';
const MISPLACED = 'sk-canary-misplaced-5d8e-0123456789';
const KEY = '/organizations/acme/integrations/openai/key';
const ROUTE = 'PUT /v1/organizations/{org}/integrations/{integration}/key';
const WAY = [ROUTE, 'command', 'append', 'project', 'publish', 'receive', 'deliver'];
const LOOKUP = 'keyward.v1.EffectiveKeys/Lookup';

/** Of a caller that traces: it decides the trace's id. */
const caller = (digit: string): string => `00-${digit.repeat(32)}-${'b'.repeat(16)}-01`;

/** Keyward and those who call it. */
class Stage {
  readonly data = temporaryDataDir();
  keyward!: RunningKeyward;
  admin = '';
  worker = '';

  async start(env: Readonly<Record<string, string>>): Promise<this> {
    this.keyward = await startKeyward(this.data.path, env);
    const root = token(this.data.path, '--subject', 'root', '--platform-admin');
    this.admin = token(this.data.path, '--subject', 'alice', '--org', 'acme=owner');
    this.worker = token(this.data.path, '--subject', 'worker', '--worker', 'acme');
    await this.call('PUT', '/organizations/acme', { body: { name: 'Acme', plan: 'enterprise' }, as: root });
    await this.call('PUT', '/organizations/acme/projects/website', { body: { name: 'Website' }, as: root });
    await this.call('PUT', '/rollout', { body: { percentage: 100, include: [], exclude: [] }, as: root });
    return this;
  }

  async call(
    method: string,
    path: string,
    {
      body,
      as = this.admin,
      headers = {},
    }: { body?: object; as?: string; headers?: Record<string, string> } = {},
  ): Promise<number> {
    const { status } = await fetch(`${this.keyward.httpUrl}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return status;
  }

  set(secret: string, traceparent?: string): Promise<number> {
    return this.call('PUT', KEY, {
      body: { secret },
      headers: traceparent === undefined ? {} : { traceparent },
    });
  }

  async lookUp(integrationId: string, projectId = 'website'): Promise<void> {
    const client = createKeywardClient({
      target: this.keyward.grpcTarget,
      tls: 'insecure',
      organizationId: 'acme',
      token: this.worker,
    });
    await client.lookup({ projectId, integrationId }).catch(() => undefined);
    client.close();
  }

  async stop(): Promise<number | null> {
    const code = await this.keyward.stop();
    this.data.dispose();
    return code;
  }
}

describe('Traces of one process', () => {
  let collector: TraceCollector;
  let stage: Stage;

  beforeAll(async () => {
    collector = await new TraceCollector().start();
    stage = await new Stage().start(collector.env);
  }, 90_000);
  afterAll(async () => {
    await stage?.stop();
    await collector.stop();
  });

  const find = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan =>
    spans.find((span) => span.name === name)!;

  it("show a key's way from the request to the watching worker", async () => {
    const watch = new WatchStream(
      keyChangesOf(stage.keyward.grpcTarget),
      { organizationId: 'acme' },
      stage.worker,
    );
    await watch.opened();
    expect(await stage.set(GOOD, caller('1'))).toBe(201);
    const spans = await collector.trace('1'.repeat(32), ...WAY);
    watch.cancel();
    const command = find(spans, 'command');
    expect(command.parentSpanId).toBe(find(spans, ROUTE).spanId);
    for (const name of ['project', 'publish', 'receive', 'deliver'])
      expect(find(spans, name)).toMatchObject({
        parentSpanId: command.spanId,
        attributes: {
          'keyward.organization_id': 'acme',
          'keyward.integration_id': 'openai',
          'keyward.version': 1,
        },
      });
  });

  it("show a lookup's way from the request over the read model to the answer", async () => {
    await stage.lookUp('openai');
    const { traceId } = await waitFor(() => collector.spans.find(({ name }) => name === LOOKUP));
    const spans = await collector.trace(traceId, LOOKUP, 'read');
    expect(spans).toHaveLength(2);
    const lookup = find(spans, LOOKUP);
    expect(lookup.attributes).toEqual({
      'keyward.organization_id': 'acme',
      'keyward.project_id': 'website',
      'keyward.integration_id': 'openai',
      'keyward.outcome': 'found',
      'keyward.addresses': 1,
    });
    expect(find(spans, 'read')).toMatchObject({ parentSpanId: lookup.spanId, attributes: {} });
  });

  it('hold no key, wherever it was put, whatever became of the request', async () => {
    const misplaced: [string, string, object?][] = [
      ['PUT', `/organizations/acme/integrations/${MISPLACED}/key`, { secret: GOOD }],
      ['PUT', `/organizations/acme/projects/${MISPLACED}/integrations/openai/key`, { secret: GOOD }],
      ['PUT', `/organizations/${MISPLACED}/integrations/openai/key`, { secret: GOOD }],
      ['GET', `/${MISPLACED}?key=${MISPLACED}`],
      ['PUT', KEY, { secret: GOOD, reason: GOOD }],
      ['PUT', KEY, { secret: { [MISPLACED]: MISPLACED } }],
      ['PUT', KEY, { [MISPLACED]: GOOD }],
    ];
    for (const [method, path, body] of misplaced) {
      const headers = { baggage: `key=${MISPLACED}`, tracestate: `key=${MISPLACED}`, 'x-key': MISPLACED };
      expect(await stage.call(method, path, { ...(body && { body }), headers })).toBeGreaterThanOrEqual(400);
    }
    expect(await stage.set(BAD, caller('2'))).toBe(422);
    expect(await stage.set(GOOD, MISPLACED)).toBe(200);
    expect(await stage.call('PUT', KEY, { body: { secret: GOOD }, as: MISPLACED })).toBe(401);
    await stage.lookUp(MISPLACED);
    await stage.lookUp('openai', MISPLACED);
    const last = collector.spans.length;
    expect(await stage.set(`${GOOD}-2`, caller('3'))).toBe(200);
    await collector.trace('3'.repeat(32), 'project');
    expect(last).toBeGreaterThan(10);
    const codes = new Set(collector.spans.map(({ attributes }) => attributes['error.type']));
    for (const code of ['INVALID_KEY_FORMAT', 'UNKNOWN_INTEGRATION', 'UNKNOWN_PROJECT', 'FORBIDDEN'])
      expect(codes).toContain(code);
    const everything = collector.received.join('\n');
    for (const form of [GOOD, BAD, MISPLACED].flatMap(formsOf)) expect(everything).not.toContain(form);
    for (const subject of ['alice', 'fp1_']) expect(everything).not.toContain(subject);
  });

  it('are sent before an orderly end', async () => {
    await stage.set(`${GOOD}-3`, caller('4'));
    expect(await stage.stop()).toBe(0);
    expect(collector.spans.filter(({ traceId }) => traceId === '4'.repeat(32)).length).toBeGreaterThan(2);
  });
});

describe('The SDK of OpenTelemetry', () => {
  /** What of it a Keyward with these settings had loaded when it ended. */
  const loaded = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const data = temporaryDataDir();
    const [script, list] = [join(data.path, 'list.cjs'), join(data.path, 'loaded.json')];
    const write = `require('fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache)))`;
    writeFileSync(script, `process.on('exit', () => ${write});`);
    const keyward = await startKeyward(data.path, { NODE_OPTIONS: `--require=${script}`, ...env });
    expect(await keyward.stop()).toBe(0);
    const files = JSON.parse(readFileSync(list, 'utf8')) as string[];
    data.dispose();
    expect(files.some((file) => file.includes('/prom-client/'))).toBe(true);
    return [...new Set(files.map((file) => /@opentelemetry\/([^/]+)/.exec(file)?.[1] ?? ''))].filter(Boolean);
  };

  it('is not even loaded where traces are off', async () => {
    // The interface alone comes with prom-client, which looks for exemplars.
    expect(await loaded({})).toEqual(['api']);
  });

  it('is loaded where they are on', async () => {
    expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).toContain('sdk-trace');
  });
});

describe('A collector that', () => {
  let collector: TraceCollector;
  beforeEach(async () => void (collector = await new TraceCollector().start()));
  afterEach(() => collector.stop());

  const metricsOf = async (stage: Stage): Promise<string> =>
    (await fetch(`${stage.keyward.httpUrl}/metrics`)).text();

  it('is away stops nothing, and what it misses is counted', async () => {
    const { env } = collector;
    await collector.stop();
    const stage = await new Stage().start(env);
    expect(await stage.set(GOOD)).toBe(201);
    while (!/keyward_trace_spans_total\{outcome="dropped"\} [1-9]/.test(await metricsOf(stage)))
      await new Promise((next) => setTimeout(next, 50));
    expect(stage.keyward.output()).toMatch(
      /The collector does not take traces.*ECONNREFUSED|ECONNREFUSED.*The collector/,
    );
    const ready = await fetch(`${stage.keyward.httpUrl}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await stage.stop()).toBe(0);
    await collector.start();
  });

  it('never answers does not hold up the end', async () => {
    collector.refusal = 'hang';
    const stage = await new Stage().start({ ...collector.env, KEYWARD_SHUTDOWN_TIMEOUT: '2s' });
    expect(await stage.set(GOOD)).toBe(201);
    expect(await stage.stop()).toBe(0);
    expect(collector.received).not.toEqual([]);
  });
});

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((next) => setTimeout(next, 20));
  }
}
