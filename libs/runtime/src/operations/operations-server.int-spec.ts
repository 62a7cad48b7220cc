import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { HealthRegistry } from '../health/health-registry.js';
import { Metrics } from '../metrics/metrics.js';
import { SystemClock } from '../ports/clock.port.js';
import { OperationsServer } from './operations-server.js';

describe('Health and metrics of an app without an HTTP API', () => {
  const health = new HealthRegistry(new SystemClock());
  const metrics = new Metrics(false);
  let server: OperationsServer;

  const call = async (path: string, method = 'GET') => {
    const sent = request(`${server.url}${path}`, { method }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    return { status: answer.statusCode, headers: answer.headers, body };
  };

  beforeAll(async () => {
    server = new OperationsServer({ host: '127.0.0.1', port: 0, health, metrics });
    await server.onApplicationBootstrap();
  });
  afterAll(() => server.onApplicationShutdown());

  it('is live and ready when nothing is missing', async () => {
    for (const kind of ['live', 'ready']) {
      const { status, headers, body } = await call(`/health/${kind}`);
      expect([status, headers['cache-control'], JSON.parse(body)]).toEqual([
        200,
        'no-store',
        { ok: true, parts: [] },
      ]);
    }
  });

  it('is not ready while a part is missing, names it, and stays live', async () => {
    const unregister = health.ready('event-log', () => 'is out of reach');
    const { status, headers, body } = await call('/health/ready');
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(body)).toMatchObject({
      ok: false,
      parts: [{ part: 'event-log', ok: false, problem: 'is out of reach' }],
    });
    expect((await call('/health/live')).status).toBe(200);
    unregister();
  });

  it('gives the metrics in the Prometheus format', async () => {
    metrics.counter({ name: 'keyward_things_total', help: 'Things.' }).inc();
    const { status, headers, body } = await call('/metrics?for=you');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=/)]);
    expect(body).toContain('keyward_things_total 1');
  });

  it('answers a probe by HEAD without the report', async () => {
    expect(await call('/health/live', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('has nothing else', async () => {
    expect(await call('/v1/organizations')).toMatchObject({ status: 404 });
    expect(await call('/health/live', 'POST')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD', 'content-type': 'application/problem+json' },
    });
  });

  it('names the settings when the address is taken', async () => {
    const port = Number(new URL(server.url).port);
    const second = new OperationsServer({ host: '127.0.0.1', port, health, metrics });
    await expect(second.onApplicationBootstrap()).rejects.toThrow(
      `on 127.0.0.1:${port}: free the address or choose another with KEYWARD_OPERATIONS_HOST and KEYWARD_OPERATIONS_PORT`,
    );
  });
});
