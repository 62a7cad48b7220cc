import {
  createKeywardClient,
  type Address,
  type ChangeEvent,
  type ClientEvent,
  type KeywardClientError,
  type KeywardClientOptions,
} from '@keyward/client';
import { Job, type JobParts } from './job.js';
import type { Failure } from './worker-event.js';

export interface WorkerParts extends Omit<JobParts, 'keyward'> {
  /** Where Keyward is, and who we are. */
  readonly connection: Pick<KeywardClientOptions, 'target' | 'tls' | 'token' | 'organizationId'>;
  /** The effective keys to use. */
  readonly addresses: readonly Address[];
}

/** One client for the whole process, one job per effective key. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #jobs: readonly Job[];
  readonly #close: () => void;
  #isWatching = false;

  constructor(parts: WorkerParts) {
    const { connection, addresses, vendor, report, intervalMs } = parts;
    const keyward = createKeywardClient({
      ...connection,
      // Only what concerns our keys.
      watch: {
        projectIds: unique(addresses.map(({ projectId }) => projectId)),
        integrationIds: unique(addresses.map(({ integrationId }) => integrationId)),
      },
      onEvent: (event) => this.#hear(event),
    });
    this.#parts = parts;
    this.#jobs = addresses.map((address) => new Job(address, { keyward, vendor, report, intervalMs }));
    this.#close = () => keyward.close();
  }

  /** Works until {@link stop}. */
  async run(): Promise<void> {
    try {
      await Promise.all(this.#jobs.map((job) => job.run()));
    } finally {
      this.#close();
    }
    this.#parts.report({ event: 'stopped' });
  }

  /** Ends {@link run} as soon as the work in hand is done. */
  stop(): void {
    for (const job of this.#jobs) job.stop();
  }

  /**
   * The SDK's own watch tells after the cache has dropped what changed, so that the next lookup
   * cannot bring the old key. A watch of our own could tell before.
   */
  #hear(event: ClientEvent): void {
    switch (event.kind) {
      case 'change':
        return this.#changed(event);
      case 'reset':
        this.#parts.report({ event: 'told_to_ask_again' });
        return this.#jobs.forEach((job) => job.wake());
      case 'connected':
        return this.#connected();
      case 'disconnected':
        return this.#disconnected(event.error);
      case 'watch_refused':
        return this.#parts.report({ event: 'watch_refused', ...failureOf(event.error) });
      case 'call':
        // One for metrics.
        return;
    }
  }

  #changed({ change, projectId, integrationId, version, affectedProjectIds }: ChangeEvent): void {
    const slot = projectId ?? null;
    this.#parts.report({ event: 'told', change, slot, integration: integrationId, version });
    for (const job of this.#jobs) {
      const { address } = job;
      if (address.integrationId === integrationId && affectedProjectIds.includes(address.projectId))
        job.wake();
    }
  }

  #connected(): void {
    this.#isWatching = true;
    this.#parts.report({ event: 'watching' });
    for (const job of this.#jobs) job.wakeIfFailing();
  }

  /** The SDK opens the watch again by itself, as often as it takes: that it is lost is told once. */
  #disconnected(error: KeywardClientError): void {
    if (this.#isWatching) this.#parts.report({ event: 'watch_lost', ...failureOf(error) });
    this.#isWatching = false;
  }
}

/** What of an error may be told. */
function failureOf({ code, message }: KeywardClientError): Failure {
  return { code, detail: message };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
