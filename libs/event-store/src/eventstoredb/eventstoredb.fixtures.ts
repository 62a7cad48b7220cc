import { EventStoreDbStandIn, type StandInOptions } from '../../../../test/support/eventstoredb/index.js';
import { isEventStoreError, type EventStoreErrorCode } from '../event-store.errors.js';
import type { AppendResult, StreamAppend } from '../event-store.port.js';
import { EventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store.js';

/** The address of a real server to test against, besides the stand-in; docs/eventstoredb.md says how. */
export const REAL_SERVER = process.env['KEYWARD_TEST_EVENTSTORE_URL'];

export interface StandInTest {
  readonly standIn: EventStoreDbStandIn;
  readonly store: EventStoreDbEventStore;
}

/** Short, because tests wait for them to run out; long enough that a loaded machine does not. */
export const SHORT: Omit<EventStoreDbOptions, 'url'> = {
  appendTimeoutMs: 700,
  readTimeoutMs: 3_000,
  openTimeoutMs: 5_000,
};

/** Runs a test on a stand-in and a store of its own. */
export async function withStandIn(
  run: (test: StandInTest) => Promise<void>,
  options: Omit<EventStoreDbOptions, 'url'> = {},
  standInOptions: StandInOptions = {},
): Promise<void> {
  const standIn = await EventStoreDbStandIn.start(standInOptions);
  const store = await EventStoreDbEventStore.open({ url: standIn.url, ...options });
  try {
    await run({ standIn, store });
  } finally {
    await store.close();
    standIn.stop();
  }
}

/** Appends as callers do: again with the same ids, until the outcome is known. A slow machine makes it unknown too. */
export function appendUntilKnown(store: EventStoreDbEventStore, append: StreamAppend): Promise<AppendResult> {
  return appendAgainAfter(['UNKNOWN_OUTCOME'], store, append);
}

/** Like {@link appendUntilKnown}, and waits for the server too. */
export function appendUntilWritten(
  store: EventStoreDbEventStore,
  append: StreamAppend,
): Promise<AppendResult> {
  return appendAgainAfter(['UNKNOWN_OUTCOME', 'UNAVAILABLE'], store, append);
}

async function appendAgainAfter(
  codes: readonly EventStoreErrorCode[],
  store: EventStoreDbEventStore,
  append: StreamAppend,
): Promise<AppendResult> {
  for (;;) {
    try {
      return await store.append(append);
    } catch (error) {
      if (!codes.some((code) => isEventStoreError(error, code))) throw error;
    }
  }
}

/** Resolves once the condition holds; the test's own time limit ends the waiting. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
