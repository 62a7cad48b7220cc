import { checkConnectionString } from './eventstoredb/connection-string.js';
import { isEventStoreError } from './event-store.errors.js';
import type { EventStore } from './event-store.port.js';
import { MemoryEventStore } from './memory/memory-event-store.js';
import { SqliteEventStore } from './sqlite/sqlite-event-store.js';

const RULE =
  "must be 'sqlite:' and the path of a file (sqlite:./data/keyward.db), 'esdb://' and the hosts of an EventStoreDB " +
  "(esdb://user:password@host:2113?tls=true), or 'memory:' for tests";
const EVENTSTOREDB = /^(esdb|kurrentdb)(\+discover)?:/;

/** Thrown when the setting KEYWARD_EVENT_STORE names no event store. The value is left out: a URL may hold a password. */
export class InvalidEventStoreUrlError extends Error {
  readonly code = 'INVALID_SETTING';

  constructor(rule: string) {
    super(`KEYWARD_EVENT_STORE ${rule}`);
    this.name = 'InvalidEventStoreUrlError';
  }
}

/** What is wrong with the URL, as the rule it breaks; undefined when nothing is. */
export function checkEventStoreUrl(url: string): string | undefined {
  if (url === 'memory:') return undefined;
  if (EVENTSTOREDB.test(url)) return checkConnectionString(url);
  // `sqlite://host` would be taken for a folder's name: nobody means that.
  return /^sqlite:(?!\/\/[^/]).*[^/\s]$/.test(url) ? undefined : RULE;
}

/**
 * Opens the event log that a URL names: `sqlite:<path>` (relative to the working directory), `memory:`, or one of the
 * schemes of EventStoreDB and KurrentDB.
 *
 * @throws InvalidEventStoreUrlError for any other URL, and what the store's own `open` throws.
 */
export async function openEventStore(url: string): Promise<EventStore> {
  const problem = checkEventStoreUrl(url);
  if (problem) throw new InvalidEventStoreUrlError(problem);
  if (url === 'memory:') return new MemoryEventStore();
  if (EVENTSTOREDB.test(url)) return openEventStoreDb(url);
  return SqliteEventStore.open({ file: url.slice('sqlite:'.length).replace(/^\/\/+/, '/') });
}

/** Loaded only where it is used: the client takes longer to load than the rest of a small process. */
async function openEventStoreDb(url: string): Promise<EventStore> {
  const { EventStoreDbEventStore } = await import('./eventstoredb/eventstoredb-event-store.js');
  try {
    return await EventStoreDbEventStore.open({ url });
  } catch (error) {
    if (isEventStoreError(error, 'UNAVAILABLE')) throw error;
    // The client could not make sense of the string, or of a file that it names. Its message may quote the string.
    throw new InvalidEventStoreUrlError(`${RULE}; files that it names have to be there`);
  }
}
