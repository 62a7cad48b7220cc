import type { Clock, CounterMetric, Metrics } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import type { HistoryReport } from './history.js';

type Count = CounterMetric<Record<never, never>>;

/** What the history tells of itself: metrics, and the log. */
export class LoggedHistoryReport implements HistoryReport {
  private readonly logger = new Logger('history');
  private readonly eventsTotal: Count;
  private readonly rebuildsTotal: Count;
  /** When it last was at the head of the log, by the monotonic clock; null while it is. */
  private behindSince: number | null;

  constructor(
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.behindSince = clock.monotonicMs();
    this.eventsTotal = metrics.counter({
      name: 'keyward_history_events_total',
      help: 'Events put into the history, repeats included.',
    });
    this.rebuildsTotal = metrics.counter({
      name: 'keyward_history_rebuilds_total',
      help: 'Times the history was found to be of another past of the log and made anew.',
    });
    metrics
      .gauge({
        name: 'keyward_history_behind_seconds',
        help: 'For how long the history has not been at the head of the event log.',
      })
      .collect(() => (this.behindSince === null ? 0 : (clock.monotonicMs() - this.behindSince) / 1000));
  }

  rebuilding(): void {
    this.rebuildsTotal.inc();
    this.logger.warn('The history is of another past of the event log, and is made anew');
  }

  applied(events: number): void {
    this.eventsTotal.add(events);
    this.fallBehind();
  }

  caughtUp(): void {
    this.behindSince = null;
  }

  ended(): void {
    this.fallBehind();
  }

  private fallBehind(): void {
    this.behindSince ??= this.clock.monotonicMs();
  }
}
