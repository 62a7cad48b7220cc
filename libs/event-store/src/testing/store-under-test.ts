import type { EventStore } from '../event-store.port.js';

/** What one test of the suite works on. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Closes the store as an orderly stop would, and opens the same log again. Needed when `durable`. */
  readonly reopen?: () => Promise<EventStore>;
  /**
   * Makes the log drop what streams no longer show, where it does so later only (EventStoreDB: its scavenge).
   * Until then reads of the whole log and subscriptions may still give it.
   */
  readonly scavenge?: () => Promise<void>;
  /** Called after the test, whatever became of it. */
  readonly dispose: () => Promise<void>;
}

export interface SuiteOptions {
  /** The log survives its process: restart tests run. */
  readonly durable: boolean;
  /** The store has the ability `appendAll`: its tests run. Without it the suite checks that it is not offered. */
  readonly atomic: boolean;
  /** The same for the ability `lastRevision`. */
  readonly tellsRevisions: boolean;
  /** Tests left out, by their name, each with the reason. */
  readonly except?: Readonly<Record<string, string>>;
}

/** How the parts of the suite declare a test: like `it`, with a fresh store. */
export type StoreTest = (name: string, run: (subject: StoreUnderTest) => Promise<void>) => void;
