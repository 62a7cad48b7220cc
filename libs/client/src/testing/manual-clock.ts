import type { ClientClock } from '../client-clock.js';

/** A clock that stands still until a test moves it. */
export class ManualClock implements ClientClock {
  #now = 1_000;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  monotonicMs(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}
