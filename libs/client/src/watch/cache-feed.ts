import type { LeasedCache } from '../cache/leased-cache.js';
import { pause, type ClientClock } from '../client-clock.js';
import type { KeywardClientError } from '../client.errors.js';
import { toClientError } from '../connection/to-client-error.js';
import type { WatchEvent } from './watch-event.js';
import type { WatchSession } from './watch-session.js';

export interface CacheFeedParts {
  readonly cache: LeasedCache;
  readonly session: WatchSession;
  readonly clock: ClientClock;
  /** Told after the cache has followed the event. */
  readonly onEvent: (event: WatchEvent) => void;
  /** The server refused the watch; it is tried again after a while. Until then leases alone bound staleness. */
  readonly onRefused: (error: KeywardClientError) => void;
}

/** A worker that was refused may be let in again: its token, its project or the set-up may change. */
const RETRY_REFUSED_MS = 30_000;

/** Drops from the cache what a watch says has changed. */
export class CacheFeed {
  readonly #parts: CacheFeedParts;
  readonly #stopping = new AbortController();
  #hasStarted = false;

  constructor(parts: CacheFeedParts) {
    this.#parts = parts;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
    this.#parts.session.stop();
  }

  async #run(): Promise<void> {
    const { session, clock, onRefused } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for await (const event of session.run()) this.#follow(event);
      } catch (error) {
        onRefused(toClientError(error));
        await pause(clock, RETRY_REFUSED_MS, signal);
      }
    }
  }

  #follow(event: WatchEvent): void {
    const { cache, onEvent } = this.#parts;
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      cache.watchStarted(event.changesThrough);
    }
    if (event.kind === 'change') cache.changed(event);
    if (event.kind === 'reset') cache.reset(event.changesThrough);
    onEvent(event);
  }
}
