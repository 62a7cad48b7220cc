import { EventStore } from '@keyward/event-store';
import { ProjectionError, ReadModelWriter } from '@keyward/read-model';
import {
  Clock,
  HealthRegistry,
  Metrics,
  Supervisor,
  type CounterMetric,
  type LoopHandle,
  type SupervisedLoop,
} from '@keyward/runtime';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { project, type ProjectorObserver } from './projecting/projector.js';

const HEARTBEAT_MS = 500;

type Count = CounterMetric<Record<never, never>>;

/** Runs the projector for as long as the process lives. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('projector');
  private readonly eventsTotal: Count;
  private readonly batchesTotal: Count;
  private readonly missesTotal: Count;
  private loop: SupervisedLoop | undefined;
  private unregister: (() => void) | undefined;
  private problem: string | undefined = 'has not caught up with the event log yet';
  /** When the read model last fell behind the log, by the monotonic clock; null while it is caught up. */
  private behindSince: number | null;

  constructor(
    private readonly events: EventStore,
    private readonly writer: ReadModelWriter,
    private readonly supervisor: Supervisor,
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
    metrics
      .gauge({
        name: 'keyward_projector_behind_seconds',
        help: 'For how long the read model has not been at the head of the event log.',
      })
      .collect(() => (this.behindSince === null ? 0 : (clock.monotonicMs() - this.behindSince) / 1000));
  }

  onApplicationBootstrap(): void {
    this.unregister = this.health.ready('projector', () => this.problem);
    this.loop = this.supervisor.run('projector', (signal, loop) => this.project(signal, loop), {
      neededForReadiness: true,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.unregister?.();
    await this.loop?.stop();
  }

  private async project(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    const { events, writer } = this;
    this.fallBehind();
    try {
      await project({ events, writer, observer: this.observer(loop), heartbeatMs: HEARTBEAT_MS }, signal);
    } catch (error) {
      if (error instanceof ProjectionError) this.problem = 'stands still before an event that it cannot apply: see the log';
      throw error;
    } finally {
      this.fallBehind();
    }
  }

  private observer(loop: LoopHandle): ProjectorObserver {
    return {
      rebuilding: () => {
        this.problem = 'is building the read model from the event log';
        this.logger.log('Building the read model from the start of the event log');
      },
      applying: () => this.fallBehind(),
      applied: (events) => {
        this.eventsTotal.add(events);
        this.batchesTotal.inc();
      },
      caughtUp: () => {
        this.problem = undefined;
        this.behindSince = null;
        // Only here: coming to the same unreadable event again and again is no progress.
        loop.progress();
      },
      heartbeatMissed: () => this.missesTotal.inc(),
    };
  }

  private fallBehind(): void {
    this.behindSince ??= this.clock.monotonicMs();
  }
}
