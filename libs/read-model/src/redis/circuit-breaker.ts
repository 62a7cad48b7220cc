export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitBreakerOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** From 0 to 1: spreads the probes of several processes. */
  readonly random: () => number;
  readonly onState: (state: BreakerState) => void;
  /** So many failures in a row open it. */
  readonly failures: number;
  /** First time that it stays open, in milliseconds; doubled after each probe that fails. */
  readonly minOpenMs: number;
  readonly maxOpenMs: number;
}

/**
 * Refuses at once what would only wait: a store that hangs costs its callers one time-out each, and
 * those behind them theirs. After a while one call is let through to see; the others wait for its outcome.
 */
export class CircuitBreaker {
  private current: BreakerState = 'closed';
  private failuresInARow = 0;
  private openings = 0;
  private probeAt = 0;

  constructor(private readonly options: CircuitBreakerOptions) {}

  get state(): BreakerState {
    return this.current;
  }

  /** Whether a call may be made now. One that was let through must end in {@link succeeded} or {@link failed}. */
  admits(): boolean {
    if (this.current === 'closed') return true;
    if (this.current === 'half-open' || this.options.now() < this.probeAt) return false;
    this.become('half-open');
    return true;
  }

  succeeded(): void {
    // A reply to what was sent before it opened tells little: the probe decides.
    if (this.current === 'open') return;
    this.failuresInARow = 0;
    this.openings = 0;
    this.become('closed');
  }

  failed(): void {
    this.failuresInARow += 1;
    if (this.current === 'half-open' || this.failuresInARow >= this.options.failures) this.open();
  }

  private open(): void {
    if (this.current === 'open') return;
    const { minOpenMs, maxOpenMs, random, now } = this.options;
    const longest = Math.min(maxOpenMs, minOpenMs * 2 ** this.openings);
    this.openings += 1;
    this.probeAt = now() + longest * (0.5 + random() / 2);
    this.become('open');
  }

  private become(state: BreakerState): void {
    if (state === this.current) return;
    this.current = state;
    this.options.onState(state);
  }
}
