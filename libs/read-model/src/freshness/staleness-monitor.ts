import type { Clock } from '@keyward/runtime';
import { HEARTBEAT_AGE_MS, type ReadModel } from '../read-model.port.js';

export interface StalenessMonitorOptions {
  readonly readModel: Pick<ReadModel, 'status'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Oldest an answer without a position may be, in milliseconds. */
  readonly boundMs: number;
}

const POLLS_PER_BOUND = 8;

/**
 * Watches the read model's heartbeat on its own monotonic clock, so that no two clocks are ever
 * compared. A beat seen now may have happened right after the observation before, and been given for
 * what was there a little earlier, so it counts from then: the bound holds by the strictest reading.
 * Until a beat was seen, everything is stale.
 */
export class StalenessMonitor {
  private heartbeat: number | undefined;
  private observedAt = -Infinity;
  private aliveAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: StalenessMonitorOptions) {}

  /** Begins to poll, because a reader that reads rarely observes too little by itself. Never keeps the process alive. */
  start(): void {
    if (this.timer) return;
    this.timer = setInterval(() => this.poll(), this.options.boundMs / POLLS_PER_BOUND).unref();
    this.poll();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Takes note of the heartbeat of an answer, and tells whether that answer may be older than the bound. */
  isStale(heartbeat: number): boolean {
    const now = this.options.clock.monotonicMs();
    this.observe(heartbeat, now);
    return now - this.aliveAt > this.options.boundMs;
  }

  private observe(heartbeat: number, now: number): void {
    if (heartbeat !== this.heartbeat) {
      // A lower count is a store that was wiped: it tells nothing until it moves again.
      if (this.heartbeat !== undefined && heartbeat > this.heartbeat)
        this.aliveAt = this.observedAt - HEARTBEAT_AGE_MS;
      this.heartbeat = heartbeat;
    }
    this.observedAt = now;
  }

  /** A read model that is out of reach gives no beat, and that is all there is to know here. */
  private poll(): void {
    this.options.readModel.status().then(
      ({ heartbeat }) => void this.isStale(heartbeat),
      () => undefined,
    );
  }
}
