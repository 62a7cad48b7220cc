// @needs redis, kafka
import { createKeywardClient } from '@keyward/client';
import { startApart, type RunningApp } from '../support/distributed.js';
import { DistributedParts } from '../support/distributed-parts.js';
import { formsOf } from '../support/forms-of.js';
import { token } from '../support/standalone.js';
import { TraceCollector } from '../support/trace-collector.js';
import { WatchStream, keyChangesOf } from '../support/watch-stream.js';

const APPS = ['api', 'projector', 'relay', 'lookup', 'broadcaster'];
const SECRET = 'sk-canary-0123456789-0123456789-7f2c';
const TRACE = 'a'.repeat(32);
const ROUTE = 'PUT /v1/organizations/{org}/integrations/{integration}/key';
const LIMIT_MS = 240_000;

describe('Traces across processes', () => {
  const parts = new DistributedParts();
  const collector = new TraceCollector();
  let apps: RunningApp[];
  const find = (name: string): RunningApp => apps.find(({ app }) => app === name)!;

  const put = async (path: string, body: object, as: string, headers: object = {}): Promise<string> => {
    const answer = await fetch(`${find('api').operationsUrl}/v1${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    return ((await answer.json()) as { position: string }).position;
  };

  beforeAll(async () => {
    await Promise.all([parts.start(), collector.start()]);
    apps = await startApart(APPS, { ...parts.env, ...collector.env });
    const root = token(parts.dataDir, '--subject', 'root', '--platform-admin');
    await put('/organizations/acme', { name: 'Acme', plan: 'enterprise' }, root);
    await put('/rollout', { percentage: 100, include: [], exclude: [] }, root);
    await put('/organizations/acme/projects/website', { name: 'Website' }, root);
  }, LIMIT_MS);

  afterAll(async () => {
    await Promise.all((apps ?? []).map((app) => app.kill9()));
    await parts.stop();
    await collector.stop();
  }, LIMIT_MS);

  it(
    'show the whole way of a key, each step by the process that took it',
    async () => {
      const admin = token(parts.dataDir, '--subject', 'alice', '--org', 'acme=admin');
      const worker = token(parts.dataDir, '--subject', 'worker', '--worker', 'acme');
      const watch = new WatchStream(
        keyChangesOf(find('broadcaster').grpcTarget!),
        { organizationId: 'acme' },
        worker,
      );
      await watch.opened();
      const path = '/organizations/acme/integrations/openai/key';
      const position = await put(path, { secret: SECRET }, admin, {
        traceparent: `00-${TRACE}-${'b'.repeat(16)}-01`,
      });
      const spans = await collector.trace(TRACE, ROUTE, 'project', 'publish', 'receive', 'deliver');
      watch.cancel();
      const command = spans.find(({ name }) => name === 'command')!;
      const caused = spans.filter(({ parentSpanId }) => parentSpanId === command.spanId);
      expect(caused.map(({ name, service }) => `${service} ${name}`).sort()).toEqual([
        'keyward-api append',
        'keyward-broadcaster deliver',
        'keyward-broadcaster receive',
        'keyward-projector project',
        'keyward-relay publish',
      ]);
      for (const { attributes } of caused)
        expect(attributes).toMatchObject({
          'keyward.organization_id': 'acme',
          'keyward.integration_id': 'openai',
          'keyward.version': 1,
        });
      const client = createKeywardClient({
        target: find('lookup').grpcTarget!,
        tls: 'insecure',
        organizationId: 'acme',
        token: worker,
      });
      const consistency = { kind: 'at_least_as_fresh', position } as const;
      const answer = await client.lookup({ projectId: 'website', integrationId: 'openai' }, { consistency });
      client.close();
      expect(answer.outcome).toBe('found');
      await Promise.all(apps.map((app) => app.stop()));
      const lookup = collector.spans.find(
        ({ service, name }) => service === 'keyward-lookup' && name !== 'read',
      );
      expect(lookup).toMatchObject({
        name: 'keyward.v1.EffectiveKeys/Lookup',
        attributes: { 'keyward.outcome': 'found' },
      });
      expect(collector.spans.find(({ parentSpanId }) => parentSpanId === lookup!.spanId)).toMatchObject({
        name: 'read',
      });
      for (const form of formsOf(SECRET)) expect(collector.received.join()).not.toContain(form);
    },
    LIMIT_MS,
  );
});
