const INTERVALS = 3;
const DEFAULT_HEARTBEAT_MS = 5_000;
const LONGEST_MS = 120_000;

/**
 * How long a watch may be silent before it is taken for dead: three heartbeat intervals. A server
 * that was set to longer ones than usual is not given up for ever: the limit follows what is seen.
 */
export class SilenceLimit {
  readonly #shortestMs: number;
  readonly #fixed: boolean;
  #ms: number;
  #lastHeartbeatAt: number | undefined;

  /** @param heartbeatMs the server's interval, when it is known; otherwise it is learnt. */
  constructor(heartbeatMs?: number) {
    this.#fixed = heartbeatMs !== undefined;
    this.#shortestMs = INTERVALS * (heartbeatMs ?? DEFAULT_HEARTBEAT_MS);
    this.#ms = this.#shortestMs;
  }

  get ms(): number {
    return this.#ms;
  }

  /** A new stream was opened. */
  opened(): void {
    this.#lastHeartbeatAt = undefined;
  }

  /** @param at monotonic milliseconds. */
  heartbeat(at: number): void {
    if (this.#lastHeartbeatAt !== undefined) this.#allow(INTERVALS * (at - this.#lastHeartbeatAt));
    this.#lastHeartbeatAt = at;
  }

  /** The stream fell silent for longer than {@link ms}: dead, or a server with longer intervals. */
  exceeded(): void {
    if (this.#lastHeartbeatAt !== undefined) this.#allow(this.#ms * 2);
  }

  #allow(ms: number): void {
    if (!this.#fixed) this.#ms = Math.min(Math.max(ms, this.#shortestMs), LONGEST_MS);
  }
}
