import { identifier } from './labels.js';
import { Metrics } from './metrics.js';

async function linesOf(metrics: Metrics): Promise<string[]> {
  return (await metrics.render()).body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('Metrics', () => {
  it('counts by labels from a closed list', async () => {
    const metrics = new Metrics(false);
    const lookups = metrics.counter({
      name: 'keyward_x_total',
      help: 'x',
      labels: { outcome: ['found', 'missing'] },
    });
    lookups.inc({ outcome: 'found' });
    lookups.add(2, { outcome: 'missing' });
    expect(await linesOf(metrics)).toEqual([
      'keyward_x_total{outcome="found"} 1',
      'keyward_x_total{outcome="missing"} 2',
    ]);
  });

  it('turns a value outside the list into other', async () => {
    const metrics = new Metrics(false);
    const lookups = metrics.counter({ name: 'keyward_x_total', help: 'x', labels: { outcome: ['found'] } });
    lookups.inc({ outcome: 'planted text' as 'found' });
    expect(await linesOf(metrics)).toEqual(['keyward_x_total{outcome="other"} 1']);
  });

  it('lets only short names through as identifiers, and not without end', async () => {
    const metrics = new Metrics(false);
    const calls = metrics.counter({ name: 'keyward_calls_total', help: 'x', labels: { method: identifier } });
    calls.inc({ method: 'a sentence with spaces' });
    for (let i = 0; i < 1000; i++) calls.inc({ method: `method${i}` });
    const lines = await linesOf(metrics);
    expect(lines).toHaveLength(201);
    expect(lines).toContain('keyward_calls_total{method="other"} 801');
  });

  it('measures gauges when they are collected', async () => {
    const metrics = new Metrics(false);
    let watchers = 1;
    metrics.gauge({ name: 'keyward_watchers', help: 'x' }).collect(() => watchers);
    watchers = 7;
    expect(await linesOf(metrics)).toEqual(['keyward_watchers 7']);
  });

  it('sorts observations into buckets', async () => {
    const metrics = new Metrics(false);
    metrics.histogram({ name: 'keyward_x_seconds', help: 'x', buckets: [0.1, 1] }).observe(0.5);
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining(['keyward_x_seconds_bucket{le="0.1"} 0', 'keyward_x_seconds_bucket{le="1"} 1']),
    );
  });

  it('gives the same metric to whoever asks twice', async () => {
    const metrics = new Metrics(false);
    metrics.counter({ name: 'keyward_x_total', help: 'x' }).inc();
    metrics.counter({ name: 'keyward_x_total', help: 'x' }).inc();
    expect(await linesOf(metrics)).toEqual(['keyward_x_total 2']);
  });

  it('describes what it was asked for, by name', () => {
    const metrics = new Metrics(false);
    metrics.gauge({ name: 'keyward_y', help: 'y' });
    const labels = { outcome: ['found', 'refused'] } as const;
    for (let n = 0; n < 2; n++) metrics.counter({ name: 'keyward_x_total', help: 'x', labels });
    expect(metrics.describe()).toEqual([
      { name: 'keyward_x_total', type: 'counter', help: 'x', labels },
      { name: 'keyward_y', type: 'gauge', help: 'y', labels: {} },
    ]);
  });

  it('refuses names that are not ours', () => {
    expect(() => new Metrics(false).counter({ name: 'x', help: 'x' })).toThrow('keyward_');
  });

  it('has the process metrics, in the Prometheus text format', async () => {
    const { contentType, body } = await new Metrics().render();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('process_resident_memory_bytes');
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds');
  });
});
