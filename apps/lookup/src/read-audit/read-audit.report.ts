import type { Clock, CounterMetric, Metrics } from '@keyward/runtime';
import { Logger } from '@nestjs/common';

type Count = CounterMetric<Record<never, never>>;

const QUIET_MS = 60_000;

/** What waits for the event log. */
export interface Backlog {
  readonly bytes: number;
  /** How long the oldest of it has waited; 0 where nothing does. */
  readonly oldestSeconds: number;
}

/** What the read audit tells of itself: metrics, and the log, which it does not fill. */
export class ReadAuditReport {
  private readonly logger = new Logger('read-audit');
  private readonly unsafeTotal: Count;
  private readonly lostTotal: Count;
  private readonly refusedTotal: Count;
  private readonly diskFailuresTotal: Count;
  private readonly toldAt = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.unsafeTotal = metrics.counter({
      name: 'keyward_read_audit_unsafe_total',
      help: 'Keys that were handed out although their record could not be put on disk first: it is in memory until the event log has it. Only with KEYWARD_READ_AUDIT=alarm.',
    });
    this.lostTotal = metrics.counter({
      name: 'keyward_read_audit_lost_total',
      help: 'Keys that were handed out without a record. Only with KEYWARD_READ_AUDIT=alarm. Any increase is a gap in the audit.',
    });
    this.refusedTotal = metrics.counter({
      name: 'keyward_read_audit_refused_total',
      help: 'Keys that were not handed out because that could not be recorded. Only with KEYWARD_READ_AUDIT=refuse.',
    });
    this.diskFailuresTotal = metrics.counter({
      name: 'keyward_read_audit_disk_failures_total',
      help: 'Writes of the journal of hand-outs that failed.',
    });
    this.backlogGauges(metrics);
  }

  /** Set by whoever has the journals. */
  backlog: () => Backlog = () => ({ bytes: 0, oldestSeconds: 0 });

  unsafe(keys: number): void {
    this.unsafeTotal.add(keys);
    this.tell('unsafe', 'Keys are handed out before their record is on disk');
  }

  lost(keys: number): void {
    this.lostTotal.add(keys);
    this.tell('lost', 'Keys are handed out without a record: the event log has not taken the ones before');
  }

  refused(keys: number): void {
    this.refusedTotal.add(keys);
    this.tell('refused', 'Lookups are refused: what is handed out cannot be recorded');
  }

  diskFailed(problem: string): void {
    this.diskFailuresTotal.inc();
    this.tell('disk', 'The journal of hand-outs cannot be written', { problem });
  }

  private backlogGauges(metrics: Metrics): void {
    metrics
      .gauge({
        name: 'keyward_read_audit_backlog_bytes',
        help: 'Records of hand-outs that wait in the journal for the event log.',
      })
      .collect(() => this.backlog().bytes);
    metrics
      .gauge({
        name: 'keyward_read_audit_behind_seconds',
        help: 'For how long the oldest record of hand-outs has been waiting for the event log.',
      })
      .collect(() => this.backlog().oldestSeconds);
  }

  private tell(alarm: string, message: string, more: object = {}): void {
    const now = this.clock.monotonicMs();
    if (now - (this.toldAt.get(alarm) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.toldAt.set(alarm, now);
    this.logger.error(message, { alarm: `read_audit_${alarm}`, ...more });
  }
}
