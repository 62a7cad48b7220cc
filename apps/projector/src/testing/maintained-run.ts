import { randomUUID } from 'node:crypto';
import type { EventStore } from '@keyward/event-store';
import {
  newJob,
  type Maintained,
  type MaintenanceJob,
  type ReadModel,
  type ReadModelWriter,
} from '@keyward/read-model';
import { Clock, NO_TRACING } from '@keyward/runtime';
import { project } from '../projecting/projector.js';
import { until } from './log-events.js';

export type Store = ReadModel & ReadModelWriter & Maintained;

/** The time of day is what a test says. */
export class SetClock extends Clock {
  time = new Date('2026-03-01T12:00:00Z');

  now(): Date {
    return this.time;
  }

  monotonicMs(): number {
    return performance.now();
  }
}

/** A projector at work on a store, and somebody who asks for jobs. */
export class MaintainedRun {
  readonly seen: string[] = [];
  readonly clock = new SetClock();
  private readonly controller = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    log: EventStore,
    readonly store: Store,
  ) {
    const note = (what: string) => (): void => void this.seen.push(what);
    const observer = {
      standingBy: () => undefined,
      takingOver: () => undefined,
      rebuilding: note('building what is lost'),
      applying: () => undefined,
      applied: () => undefined,
      caughtUp: () => undefined,
      heartbeatMissed: (error: unknown) => void this.seen.push(`missed: ${(error as Error).name}`),
      maintained: ({ kind, state }: MaintenanceJob) => void this.seen.push(`${kind} ${state}`),
      maintenanceInterrupted: (_job: MaintenanceJob, error: unknown) =>
        void this.seen.push(`interrupted: ${(error as Error).name}`),
    };
    const parts = {
      events: log,
      writer: store,
      observer,
      heartbeatMs: 5,
      tracing: NO_TRACING,
      clock: this.clock,
    };
    this.ended = project(parts, this.controller.signal).catch((error: Error) => {
      this.seen.push(`ended: ${error.name}`);
    });
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.ended;
  }

  /** As the API does it. */
  async ask(kind: MaintenanceJob['kind'], asked: Partial<MaintenanceJob> = {}): Promise<void> {
    const held = await this.store.job();
    const request = {
      id: randomUUID(),
      kind,
      extent: asked.extent ?? 'whole',
      organizationId: asked.organizationId ?? null,
      requestedBy: 'alice',
      requestedAt: this.clock.now().toISOString(),
    } as const;
    const job = newJob(request, (held?.revision ?? 0) + 1);
    if (!(await this.store.putJob(job))) throw new Error('somebody else asked');
  }

  async change(change: Partial<MaintenanceJob>): Promise<void> {
    for (;;) {
      const job = await this.store.job();
      if (await this.store.putJob({ ...job!, ...change, revision: job!.revision + 1 })) return;
    }
  }

  /** The job once it has ended. */
  async ends(): Promise<MaintenanceJob> {
    await until(async () => (await this.store.job())?.state !== 'running');
    return (await this.store.job())!;
  }

  async does(kind: MaintenanceJob['kind'], asked: Partial<MaintenanceJob> = {}): Promise<MaintenanceJob> {
    await this.ask(kind, asked);
    return this.ends();
  }
}
