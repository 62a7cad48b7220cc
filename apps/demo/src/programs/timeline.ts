import { DemoError } from '../demo-error.js';

/** One line that a program printed. */
export interface Sighting {
  /** Which program: a worker by its project, or the vendor. */
  readonly from: string;
  /** When it happened by that program's clock, which is this machine's; Unix milliseconds. */
  readonly at: number;
  readonly line: Readonly<Record<string, unknown>>;
}

/** Nothing takes this long when all is well, on a loaded machine neither. */
const PATIENCE_MS = 30_000;

/** What the programs of the demo tell, in the order in which it arrived, and waiting for more of it. */
export class Timeline {
  readonly #sightings: Sighting[] = [];
  readonly #waiting = new Set<() => void>();
  #failure: Error | undefined;

  add(sighting: Sighting): void {
    this.#sightings.push(sighting);
    this.#wake();
  }

  /** Ends all waiting: what is waited for will not come. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  all(matches: (sighting: Sighting) => boolean): readonly Sighting[] {
    return this.#sightings.filter(matches);
  }

  /** The first that matches, also one that is there already. @throws DemoError when none comes. */
  async first(what: string, matches: (sighting: Sighting) => boolean): Promise<Sighting> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = this.#sightings.find(matches);
      if (found !== undefined) return found;
      if (this.#failure !== undefined) throw this.#failure;
      const leftMs = end - performance.now();
      if (leftMs <= 0) throw new DemoError(`Waited ${PATIENCE_MS / 1_000} s in vain: ${what}.`);
      await this.#news(leftMs);
    }
  }

  #news(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, atMostMs);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
