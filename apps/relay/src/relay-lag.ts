import { Injectable } from '@nestjs/common';
import { isEventStoreError } from '@keyward/event-store';
import { Clock, HealthRegistry, Metrics, type CounterMetric } from '@keyward/runtime';

/** What operators see of the relay: how much it relayed and for how long it has been behind. */
@Injectable()
export class RelayLag {
  private readonly relayedTotal: CounterMetric<Record<never, never>>;
  private problem: string | undefined = 'has not caught up with the event log yet';
  /** When the relay last fell behind, by the monotonic clock; null while it is caught up. */
  private behindSince: number | null;

  constructor(
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
    health.ready('relay', () => this.problem);
  }

  relayed(count: number): void {
    this.relayedTotal.add(count);
    this.fallBehind();
  }

  catchUp(): void {
    this.problem = undefined;
    this.behindSince = null;
  }

  /** Another relay does the work: waiting for it is what this one is for. */
  standBy(): void {
    this.problem = undefined;
    this.behindSince = null;
  }

  /** The relay ended with this error, and begins anew. */
  failed(error: unknown): void {
    this.problem = isEventStoreError(error, 'UNAVAILABLE')
      ? 'cannot reach the event log'
      : 'cannot bring changes into the change log: see the log';
  }

  fallBehind(): void {
    this.behindSince ??= this.clock.monotonicMs();
  }
}
