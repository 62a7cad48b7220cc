import { SystemClock } from '../ports/clock.port.js';
import { HealthRegistry } from './health-registry.js';

const registry = (): HealthRegistry => new HealthRegistry(new SystemClock());

describe('HealthRegistry', () => {
  it('is well without any check', async () => {
    expect(await registry().report('ready')).toEqual({ ok: true, parts: [] });
  });

  it('names the part that is missing, and keeps live and ready apart', async () => {
    const health = registry();
    health.ready('event log', () => 'cannot be reached');
    health.ready('read model', () => Promise.resolve(undefined));
    health.live('event loop', () => undefined);
    expect(await health.report('ready')).toEqual({
      ok: false,
      parts: [
        {
          part: 'event log',
          ok: false,
          required: true,
          problem: 'cannot be reached',
          milliseconds: expect.any(Number) as number,
        },
        { part: 'read model', ok: true, required: true, milliseconds: expect.any(Number) as number },
      ],
    });
    expect((await health.report('live')).ok).toBe(true);
  });

  it('shows a failed check that is not required, without failing', async () => {
    const health = registry();
    health.ready('change log', () => 'is down', { required: false });
    const report = await health.report('ready');
    expect(report.ok).toBe(true);
    expect(report.parts[0]).toMatchObject({ ok: false, problem: 'is down' });
  });

  it('does not pass on what a throwing check says', async () => {
    const health = registry();
    health.ready('event log', () => Promise.reject(new TypeError('planted: redis://user:password@host')));
    health.ready('read model', () => {
      throw new RangeError('planted');
    });
    const text = JSON.stringify(await health.report('ready'));
    expect(text).toContain('could not be checked (TypeError)');
    expect(text).toContain('could not be checked (RangeError)');
    expect(text).not.toContain('planted');
  });

  it('fails a check that hangs, after its own time', async () => {
    const health = registry();
    health.ready('event log', () => new Promise(() => undefined), { timeoutMs: 5 });
    expect((await health.report('ready')).parts[0]).toMatchObject({
      ok: false,
      problem: 'did not answer within 5 ms',
    });
  });

  it('runs checks once for reports asked for at the same time', async () => {
    const health = registry();
    let runs = 0;
    health.ready('event log', () => {
      runs += 1;
      return Promise.resolve(undefined);
    });
    await Promise.all([health.report('ready'), health.report('ready'), health.report('ready')]);
    expect(runs).toBe(1);
    await health.report('ready');
    expect(runs).toBe(2);
  });

  it('is not ready while the process drains, but stays live', async () => {
    const health = registry();
    health.drain();
    expect(await health.report('ready')).toMatchObject({
      ok: false,
      parts: [{ part: 'process', problem: 'is shutting down' }],
    });
    expect((await health.report('live')).ok).toBe(true);
  });

  it('forgets a check that was taken away, and refuses two of one name', async () => {
    const health = registry();
    const remove = health.ready('part', () => 'x');
    expect(() => health.ready('part', () => undefined)).toThrow('exists already');
    remove();
    expect((await health.report('ready')).ok).toBe(true);
  });
});
