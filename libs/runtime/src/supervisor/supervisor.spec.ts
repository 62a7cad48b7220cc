import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { HealthRegistry } from '../health/health-registry.js';
import { Metrics } from '../metrics/metrics.js';
import { SystemClock } from '../ports/clock.port.js';
import { deferred } from '../testing/deferred.js';
import { backoffDelay } from './backoff.js';
import { Supervisor, type SupervisorOptions } from './supervisor.js';
import { sleep } from './sleep.js';

/** A supervisor whose waits are over at once and are written down; `random` 1 gives the whole delay. */
function supervisorWith(options: SupervisorOptions = {}) {
  const delays: number[] = [];
  const instantly = (ms: number): Promise<void> => {
    delays.push(ms);
    return new Promise((resolve) => setImmediate(resolve));
  };
  return { supervisor: new Supervisor({ random: () => 1, sleep: instantly, ...options }), delays };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A task that fails a number of times and then runs until it is stopped. */
function failing(times: number, onRun: (run: number, progress: () => void) => void = () => undefined) {
  let runs = 0;
  const settled = deferred();
  const task = async (signal: AbortSignal, loop: { progress(): void }): Promise<void> => {
    runs += 1;
    onRun(runs, () => loop.progress());
    if (runs <= times) throw Object.assign(new Error('planted message'), { code: 'EPLANTED' });
    settled.resolve();
    await untilAborted(signal);
  };
  return { task, settled: settled.promise };
}

describe('Supervisor', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('starts a failing task again, each time after twice the wait, up to the limit', async () => {
    const { supervisor, delays } = supervisorWith();
    const { task, settled } = failing(9);
    const loop = supervisor.run('work', task);
    await settled;
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    expect(loop.status()).toEqual({
      name: 'work',
      state: 'running',
      restarts: 9,
      failuresInARow: 9,
      lastError: 'Error EPLANTED',
    });
    await supervisor.stop();
  });

  it('begins with the short wait again after progress', async () => {
    const { supervisor, delays } = supervisorWith();
    const { task, settled } = failing(5, (run, progress) => {
      if (run === 4) progress();
    });
    supervisor.run('work', task);
    await settled;
    expect(delays).toEqual([100, 200, 400, 100, 200]);
    await supervisor.stop();
  });

  it('starts a task that returned again', async () => {
    const { supervisor, delays } = supervisorWith();
    const again = deferred();
    let runs = 0;
    supervisor.run('work', (signal) => {
      runs += 1;
      if (runs < 3) return Promise.resolve();
      again.resolve();
      return untilAborted(signal);
    });
    await again.promise;
    expect(delays).toHaveLength(2);
    await supervisor.stop();
  });

  it('stops by aborting the task and waits for its end', async () => {
    const { supervisor } = supervisorWith();
    const started = deferred();
    let cleanedUp = false;
    const loop = supervisor.run('work', async (signal) => {
      started.resolve();
      await untilAborted(signal);
      await new Promise((resolve) => setImmediate(resolve));
      cleanedUp = true;
      throw new Error('aborted');
    });
    await started.promise;
    await loop.stop();
    expect(cleanedUp).toBe(true);
    expect(loop.status()).toMatchObject({ state: 'stopped', lastError: undefined });
  });

  it('stops at once while it waits for a restart', async () => {
    const { supervisor } = supervisorWith({ sleep, backoff: { minMs: 3_600_000, maxMs: 3_600_000 } });
    const failed = deferred();
    const loop = supervisor.run('work', () => {
      failed.resolve();
      return Promise.reject(new Error('x'));
    });
    await failed.promise;
    await supervisor.stop();
    expect(loop.status()).toMatchObject({ state: 'stopped', restarts: 0 });
  });

  it('never runs a task that was stopped before it began', async () => {
    const { supervisor } = supervisorWith();
    let ran = false;
    const loop = supervisor.run('work', () => {
      ran = true;
      return Promise.resolve();
    });
    await loop.stop();
    expect(ran).toBe(false);
  });

  it('refuses two loops of one name, and any after it was stopped', async () => {
    const { supervisor } = supervisorWith();
    supervisor.run('work', untilAborted);
    expect(() => supervisor.run('work', untilAborted)).toThrow('exists already');
    await supervisor.stop();
    expect(() => supervisor.run('more', untilAborted)).toThrow('was stopped');
  });

  it('shows in health and metrics, without the message of an error', async () => {
    const health = new HealthRegistry(new SystemClock());
    const metrics = new Metrics(false);
    const asleep = deferred();
    const { supervisor } = supervisorWith({
      health,
      metrics,
      sleep: (ms, signal) => {
        if (ms === 100) return Promise.resolve();
        asleep.resolve();
        return untilAborted(signal);
      },
    });
    supervisor.run('needed', failing(9).task, { neededForReadiness: true });
    supervisor.run('idle', untilAborted);
    await asleep.promise;
    const report = await health.report('ready');
    expect(report.ok).toBe(false);
    expect(report.parts).toEqual([
      expect.objectContaining({
        part: 'loop:needed',
        ok: false,
        required: true,
        problem: 'is waiting to start again after 2 failures (Error EPLANTED)',
      }),
      expect.objectContaining({ part: 'loop:idle', ok: true, required: false }),
    ]);
    expect((await metrics.render()).body).toContain('keyward_loop_restarts_total{loop="needed"} 1');
    await supervisor.stop();
  });
});

describe('backoffDelay', () => {
  it('lies between half the ceiling and the ceiling, which grows up to the limit', () => {
    const limits = { minMs: 100, maxMs: 10_000 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const ceiling = Math.min(10_000, 100 * 2 ** (failures - 1));
          const delay = backoffDelay(failures, limits, random);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
          expect(delay).toBeLessThanOrEqual(ceiling);
        },
      ),
    );
  });
});
