import type { CounterMetric, Metrics } from '@keyward/runtime';
import type { WatchHubObserver } from './watching/watch-hub.js';

const END_CODES = ['SLOW_WATCHER', 'UNAUTHENTICATED', 'UNAVAILABLE'] as const;

/** What operators see of watches. */
export class BroadcasterMetrics implements WatchHubObserver {
  private readonly messages: CounterMetric<Record<never, never>>;
  private readonly ends: CounterMetric<{ readonly reason: typeof END_CODES }>;
  private readonly delay;

  constructor(private readonly metrics: Metrics) {
    this.messages = metrics.counter({
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

  /** Shows how many watches there are, and for how long the change log has not been read on. */
  observe(watches: () => number, secondsBehind: () => number): void {
    this.metrics.gauge({ name: 'keyward_watches', help: 'Open watches.' }).collect(watches);
    this.metrics
      .gauge({
        name: 'keyward_broadcaster_idle_seconds',
        help: 'For how long nothing came from the change log, neither change nor progress.',
      })
      .collect(secondsBehind);
  }

  delivered(): void {
    this.messages.inc();
  }

  ended(code: string): void {
    this.ends.inc({ reason: code as (typeof END_CODES)[number] });
  }

  published(delayMs: number): void {
    this.delay.observe(Math.max(0, delayMs) / 1_000);
  }
}
