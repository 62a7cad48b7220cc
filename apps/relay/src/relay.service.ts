import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeLogWriter } from '@keyward/change-log';
import { EventStore } from '@keyward/event-store';
import {
  Clock,
  HealthRegistry,
  Metrics,
  Supervisor,
  type CounterMetric,
  type LoopHandle,
  type SupervisedLoop,
} from '@keyward/runtime';
import { relay, type RelayObserver } from './relaying/relay.js';

/** Runs the relay for as long as the process lives. */
@Injectable()
export class RelayService implements OnApplicationBootstrap, OnApplicationShutdown {
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
    this.loop = this.supervisor.run('relay', (signal, handle) => this.run(signal, handle), {
      neededForReadiness: true,
    });
  }

  /** After this the change log holds everything up to its checkpoint, and nothing is appended any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  private async run(signal: AbortSignal, handle: LoopHandle): Promise<void> {
    this.fallBehind();
    const observer: RelayObserver = {
      relayed: (count) => {
        this.relayedTotal.add(count);
        this.fallBehind();
        handle.progress();
      },
      reached: (_position, caughtUp) => {
        if (caughtUp) this.catchUp();
      },
    };
    try {
      await relay(this.store, this.changeLog, observer, signal);
    } finally {
      this.fallBehind();
    }
  }

  private catchUp(): void {
    this.everCaughtUp = true;
    this.behindSince = null;
  }

  private fallBehind(): void {
    this.behindSince ??= this.clock.monotonicMs();
  }
}
