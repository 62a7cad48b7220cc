import type { OnApplicationShutdown } from '@nestjs/common';
import type { HealthRegistry } from '../health/health-registry.js';
import { identifier } from '../metrics/labels.js';
import type { Metrics } from '../metrics/metrics.js';
import type { BackoffLimits } from './backoff.js';
import { sleep } from './sleep.js';
import { SupervisedLoop, type LoopEnvironment, type LoopStatus, type LoopTask } from './supervised-loop.js';

export interface SupervisorOptions {
  /** @defaultValue 100 ms to 10 s */
  readonly backoff?: BackoffLimits;
  readonly random?: () => number;
  readonly sleep?: LoopEnvironment['sleep'];
  /** Given both, restarts are counted and each loop shows in the health report. */
  readonly metrics?: Metrics;
  readonly health?: HealthRegistry;
}

export interface RunOptions {
  /** True when the process cannot do its duty while this task is waiting for a restart. @defaultValue false */
  readonly neededForReadiness?: boolean;
}

/**
 * Keeps tasks running: one that throws or returns is started again after a jittered, growing delay,
 * without end. A feature stops its own loops in `onApplicationShutdown`, before the adapters that
 * they use are closed (feature modules come before global ones there).
 */
export class Supervisor implements OnApplicationShutdown {
  private readonly loops = new Map<string, SupervisedLoop>();
  private readonly environment: LoopEnvironment;
  private stopped = false;

  constructor(private readonly options: SupervisorOptions = {}) {
    const restarts = options.metrics?.counter({
      name: 'keyward_loop_restarts_total',
      help: 'Times a supervised task was started again.',
      labels: { loop: identifier },
    });
    this.environment = {
      backoff: options.backoff ?? { minMs: 100, maxMs: 10_000 },
      random: options.random ?? Math.random,
      sleep: options.sleep ?? sleep,
      onRestart: (loop) => restarts?.inc({ loop }),
    };
  }

  /** Starts the task. @throws Error when the name is taken or the supervisor was stopped. */
  run(name: string, task: LoopTask, options: RunOptions = {}): SupervisedLoop {
    if (this.stopped) throw new Error(`The supervisor was stopped: ${name} is not started`);
    if (this.loops.has(name)) throw new Error(`A loop named ${name} exists already: give each its own name`);
    const loop = new SupervisedLoop(name, task, this.environment);
    this.loops.set(name, loop);
    this.options.health?.ready(`loop:${name}`, () => problemOf(loop.status()), {
      required: options.neededForReadiness ?? false,
    });
    return loop;
  }

  statuses(): readonly LoopStatus[] {
    return [...this.loops.values()].map((loop) => loop.status());
  }

  /** Aborts all tasks and waits for them. Nothing can be started afterwards. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}

function problemOf({ state, failuresInARow, lastError }: LoopStatus): string | undefined {
  if (state === 'running') return undefined;
  if (state === 'stopped') return 'is stopped';
  return `is waiting to start again after ${failuresInARow} failures (${lastError ?? 'ended by itself'})`;
}
