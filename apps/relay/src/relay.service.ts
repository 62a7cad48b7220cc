import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeLogWriter } from '@keyward/change-log';
import { EventStore } from '@keyward/event-store';
import {
  Clock,
  HealthRegistry,
  Metrics,
  Supervisor,
  type CounterMetric,
  type SupervisedLoop,
} from '@keyward/runtime';
import { relay, type RelayObserver } from './relaying/relay.js';

/** Runs the relay for as long as the process lives. */
@Injectable()
export class RelayService implements OnApplicationBootstrap, OnApplicationShutdown, RelayObserver {
  private readonly relayedTotal: CounterMetric<Record<never, never>>;
  private loop: SupervisedLoop | undefined;
  private everCaughtUp = false;
  /** When the relay last fell behind, by the monotonic clock; null while it is caught up. */
  private behindSince: number | null;

  constructor(
    private readonly store: EventStore,
    private readonly changeLog: ChangeLogWriter,
    private readonly supervisor: Supervisor,
    private readonly clock: Clock,
    health: HealthRegistry,
    metrics: Metrics,
  ) {
    this.behindSince = clock.monotonicMs();
    this.relayedTotal = metrics.counter({
      name: 'keyward_relay_changes_total',
      help: 'Changes appended to the change log, repeats included.',
    });
    metrics
      .gauge({
        name: 'keyward_relay_behind_seconds',
        help: 'For how long the relay has not been at the head of the event log.',
      })
      .collect(() => (this.behindSince === null ? 0 : (clock.monotonicMs() - this.behindSince) / 1000));
    health.ready('relay', () => (this.everCaughtUp ? undefined : 'has not caught up with the event log yet'));
  }

  onApplicationBootstrap(): void {
    this.loop = this.supervisor.run(
      'relay',
      async (signal, handle) => {
        this.fallBehind();
        const observer: RelayObserver = {
          relayed: (count) => this.relayed(count),
          reached: (position, caughtUp) => {
            this.reached(position, caughtUp);
            // Reaching the checkpoint again is no progress: only what comes after it.
            if (caughtUp) handle.progress();
          },
        };
        try {
          await relay(this.store, this.changeLog, observer, signal);
        } finally {
          this.fallBehind();
        }
      },
      { neededForReadiness: true },
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  relayed(count: number): void {
    this.relayedTotal.add(count);
    this.fallBehind();
  }

  reached(_position: unknown, caughtUp: boolean): void {
    if (!caughtUp) return;
    this.everCaughtUp = true;
    this.behindSince = null;
  }

  private fallBehind(): void {
    this.behindSince ??= this.clock.monotonicMs();
  }
}
