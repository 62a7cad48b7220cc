import {
  KeywardClientError,
  KeywardUnavailableError,
  type Address,
  type KeywardClient,
  type LeasedKey,
} from '@keyward/client';
import { backoffDelay, sleep } from '@keyward/runtime';
import { VendorError, type Vendor } from './vendor.js';
import type { Outcome, WorkerEvent } from './worker-event.js';

export interface JobParts {
  readonly keyward: KeywardClient;
  readonly vendor: Vendor;
  readonly report: (event: WorkerEvent) => void;
  /** Milliseconds between two pieces of work. */
  readonly intervalMs: number;
}

/** Above the SDK's own retries: what still fails is asked for less and less often. */
const BACKOFF = { minMs: 200, maxMs: 30_000 };

/** The work for one project and one integration: look up the key, call the vendor with it, again and again. */
export class Job {
  #news = new AbortController();
  #isStopping = false;
  #failures = 0;

  constructor(
    readonly address: Address,
    private readonly parts: JobParts,
  ) {}

  /** Works until it is stopped; the piece of work in hand is finished. */
  async run(): Promise<void> {
    const { report } = this.parts;
    while (!this.#isStopping) {
      // Made before the lookup: news that comes during this piece of work makes the next follow at once.
      this.#news = new AbortController();
      const { outcome, retryAfterMs } = await this.#work();
      const nextInMs = Math.max(this.#pauseAfter(outcome), retryAfterMs);
      report({ ...outcome, nextInMs });
      if (!this.#isStopping) await sleep(nextInMs, this.#news.signal);
    }
  }

  /** Something changed: do not wait for the next turn. */
  wake(): void {
    this.#news.abort();
  }

  /** Keyward is back: there is no reason to wait longer. */
  wakeIfFailing(): void {
    if (this.#failures > 0) this.wake();
  }

  stop(): void {
    this.#isStopping = true;
    this.wake();
  }

  async #work(): Promise<{ outcome: Outcome; retryAfterMs: number }> {
    const { keyward } = this.parts;
    try {
      // Each time anew, never kept: from the leased cache this costs next to nothing.
      const lookup = await keyward.lookup(this.address);
      if (lookup.outcome === 'found') return { outcome: await this.#call(lookup.key), retryAfterMs: 0 };
      const outcome: Outcome = { event: 'not_configured', ...this.#names, reason: lookup.reason };
      return { outcome, retryAfterMs: 0 };
    } catch (error) {
      if (!(error instanceof KeywardClientError)) throw error;
      const event = error instanceof KeywardUnavailableError ? 'unavailable' : 'refused';
      const outcome: Outcome = { event, ...this.#names, code: error.code, detail: error.message };
      return { outcome, retryAfterMs: (error.retryAfterSeconds ?? 0) * 1_000 };
    }
  }

  async #call(key: LeasedKey): Promise<Outcome> {
    const used = { mask: key.secret.mask(), source: key.source, version: key.version };
    try {
      const vendorSaw = await this.parts.vendor.call(key.secret, `keyward-worker/${this.address.projectId}`);
      return { event: 'called', ...this.#names, ...used, vendorSaw };
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      return { event: 'vendor_failed', ...this.#names, ...used, code: error.code, detail: error.message };
    }
  }

  #pauseAfter({ event }: Outcome): number {
    const isGood = event === 'called' || event === 'not_configured';
    this.#failures = isGood ? 0 : this.#failures + 1;
    return isGood ? this.parts.intervalMs : backoffDelay(this.#failures, BACKOFF, Math.random());
  }

  get #names() {
    return { project: this.address.projectId, integration: this.address.integrationId };
  }
}
