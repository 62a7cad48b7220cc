import { changeSpan, type KeyChange } from '@keyward/change-log';
import { Injectable } from '@nestjs/common';
import {
  Clock,
  HealthRegistry,
  Metrics,
  Tracing,
  type CounterMetric,
  type HistogramMetric,
} from '@keyward/runtime';
import type { WatchHub, WatchHubObserver } from './watching/watch-hub.js';

const END_CODES = ['SLOW_WATCHER', 'UNAUTHENTICATED', 'UNAVAILABLE'] as const;
type EndCode = (typeof END_CODES)[number];
/** A change may go to ten thousand watches; a trace shows the first of them. */
const SHOWN_DELIVERIES = 10;
type NoLabels = Record<never, never>;

/** What operators see of the watches. */
@Injectable()
export class BroadcasterObservation implements WatchHubObserver {
  private readonly changes: CounterMetric<NoLabels>;
  private readonly ends: CounterMetric<{ readonly reason: typeof END_CODES }>;
  private readonly delay: HistogramMetric<NoLabels>;
  private lastReadMs: number;

  constructor(
    readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly health: HealthRegistry,
    private readonly tracing: Tracing,
  ) {
    this.lastReadMs = clock.monotonicMs();
    this.changes = metrics.counter({
      name: 'keyward_watch_changes_delivered_total',
      help: 'Changes written to watches.',
    });
    this.ends = metrics.counter({
      name: 'keyward_watches_ended_total',
      help: 'Watches ended by the server; SLOW_WATCHER: their client did not read.',
      labels: { reason: END_CODES },
    });
    this.delay = metrics.histogram({
      name: 'keyward_watch_change_delay_seconds',
      help: "From a change's time to its hand-over to the watches, by the clocks of both hosts.",
    });
  }

  /** Shows the hub in metrics and health. */
  show(hub: WatchHub): void {
    this.metrics.gauge({ name: 'keyward_watches', help: 'Open watches.' }).collect(() => hub.size);
    this.metrics
      .gauge({
        name: 'keyward_broadcaster_idle_seconds',
        help: 'For how long nothing came from the change log, neither change nor progress.',
      })
      .collect(() => (this.clock.monotonicMs() - this.lastReadMs) / 1_000);
    this.health.ready('broadcaster', () =>
      hub.ready ? undefined : 'has not read the change log up to its end yet',
    );
  }

  received(change: KeyChange): void {
    changeSpan(this.tracing, 'receive', 'consumer', change).end();
  }

  delivered(change: KeyChange, deliveries: number): void {
    this.changes.inc();
    if (deliveries <= SHOWN_DELIVERIES) changeSpan(this.tracing, 'deliver', 'producer', change).end();
  }

  ended(code: string): void {
    this.ends.inc({ reason: code as EndCode });
  }

  published(occurredAt: string): void {
    const delayMs = this.clock.now().getTime() - Date.parse(occurredAt);
    this.delay.observe(Math.max(0, delayMs) / 1_000);
  }

  progress(): void {
    this.lastReadMs = this.clock.monotonicMs();
  }
}
