import {
  ProjectionError,
  ReadModelFullError,
  ReadModelLostError,
  type MaintenanceJob,
} from '@keyward/read-model';
import { Clock, HealthRegistry, Metrics, type CounterMetric } from '@keyward/runtime';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ProjectorObserver } from './projecting/projector.js';

const NOT_CAUGHT_UP = 'has not caught up with the event log yet';
const JOB_LABELS = { kind: ['rebuild', 'check'], outcome: ['done', 'differs', 'failed'] } as const;
const FAULT_LABELS = { fault: ['full', 'lost', 'rebuilt'] } as const;

type Count = CounterMetric<Record<never, never>>;

/** What the projector tells of itself: health, metrics, and the log. */
@Injectable()
export class ProjectorReport implements ProjectorObserver, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('projector');
  private readonly eventsTotal: Count;
  private readonly batchesTotal: Count;
  private readonly missesTotal: Count;
  private readonly faultsTotal: CounterMetric<typeof FAULT_LABELS>;
  private readonly jobsTotal: CounterMetric<typeof JOB_LABELS>;
  private unregister: (() => void) | undefined;
  private problem: string | undefined = NOT_CAUGHT_UP;
  /** When the read model last fell behind the log, by the monotonic clock; null while it is caught up. */
  private behindSince: number | null;

  constructor(
    private readonly clock: Clock,
    private readonly health: HealthRegistry,
    metrics: Metrics,
  ) {
    this.behindSince = clock.monotonicMs();
    this.eventsTotal = metrics.counter({
      name: 'keyward_projector_events_total',
      help: 'Events applied to the read model, repeats included.',
    });
    this.batchesTotal = metrics.counter({
      name: 'keyward_projector_batches_total',
      help: 'Batches of events written to the read model.',
    });
    this.missesTotal = metrics.counter({
      name: 'keyward_projector_heartbeat_misses_total',
      help: 'Heartbeats not given because the event log or the read model was out of reach.',
    });
    this.faultsTotal = metrics.counter({
      name: 'keyward_projector_read_model_faults_total',
      help: 'full: Redis had no memory left for a write; lost: what was written was gone, damaged or older; rebuilt: there was nothing to go on from, as at the first start.',
      labels: FAULT_LABELS,
    });
    this.jobsTotal = metrics.counter({
      name: 'keyward_read_model_jobs_total',
      help: 'Rebuilds and checks of the read model that ended; differs: it was not what the event log says.',
      labels: JOB_LABELS,
    });
    // An alert sees the first one only where there was a zero before.
    for (const kind of JOB_LABELS.kind) this.jobsTotal.add(0, { kind, outcome: 'differs' });
    metrics
      .gauge({
        name: 'keyward_projector_behind_seconds',
        help: 'For how long the read model has not been at the head of the event log.',
      })
      .collect(() => (this.behindSince === null ? 0 : (clock.monotonicMs() - this.behindSince) / 1000));
  }

  onApplicationBootstrap(): void {
    this.unregister = this.health.ready('projector', () => this.problem);
  }

  onApplicationShutdown(): void {
    this.unregister?.();
  }

  /** Not a problem: whoever works is at it, and this process is there to take over. */
  standingBy(): void {
    this.problem = undefined;
    this.behindSince = null;
  }

  takingOver(): void {
    this.problem = NOT_CAUGHT_UP;
    this.applying();
  }

  rebuilding(): void {
    this.faultsTotal.inc({ fault: 'rebuilt' });
    this.problem = 'is building the read model from the event log';
    this.logger.log('Building the read model from the start of the event log');
  }

  /** The read model is, or may be, behind the log. */
  applying(): void {
    this.behindSince ??= this.clock.monotonicMs();
  }

  applied(events: number): void {
    this.eventsTotal.add(events);
    this.batchesTotal.inc();
  }

  caughtUp(): void {
    this.problem = undefined;
    this.behindSince = null;
  }

  heartbeatMissed(error: unknown): void {
    this.missesTotal.inc();
    this.countFull(error);
  }

  maintained({ kind, state, requestedBy, compared, differenceCount, problem }: MaintenanceJob): void {
    if (state === 'running' || state === 'stopped') return;
    this.jobsTotal.inc({ kind, outcome: state });
    const fields = { requestedBy, compared, differences: differenceCount, ...(problem && { problem }) };
    if (state === 'done') this.logger.log(`The ${kind} of the read model is done`, fields);
    else this.logger.error(`The ${kind} of the read model ended: ${state}`, fields);
  }

  maintenanceInterrupted({ kind }: MaintenanceJob, error: unknown): void {
    this.countFull(error);
    this.logger.warn(`The ${kind} of the read model was cut off and goes on`, error);
  }

  /** The projector ended: by an error, or because it was stopped. */
  ended(error?: unknown): void {
    this.applying();
    this.countFull(error);
    if (error instanceof ReadModelLostError) this.faultsTotal.inc({ fault: 'lost' });
    if (error instanceof ProjectionError) {
      this.problem = 'stands still before an event that it cannot apply: see the log';
    }
  }

  private countFull(error: unknown): void {
    if (error instanceof ReadModelFullError) this.faultsTotal.inc({ fault: 'full' });
  }
}
