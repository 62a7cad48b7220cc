import type { EventStore } from './event-store.port.js';
import { MemoryEventStore } from './memory/memory-event-store.js';
import { SqliteEventStore } from './sqlite/sqlite-event-store.js';

const RULE = "must be 'sqlite:' and the path of a file (sqlite:./data/keyward.db), or 'memory:' for tests";

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
  // `sqlite://host` would be taken for a folder's name: nobody means that.
  return /^sqlite:(?!\/\/[^/]).*[^/\s]$/.test(url) ? undefined : RULE;
}

/**
 * Opens the event log that a URL names: `sqlite:<path>` (relative to the working directory) or `memory:`.
 *
 * @throws InvalidEventStoreUrlError for any other URL, and what the store's own `open` throws.
 */
export async function openEventStore(url: string): Promise<EventStore> {
  const problem = checkEventStoreUrl(url);
  if (problem) throw new InvalidEventStoreUrlError(problem);
  if (url === 'memory:') return new MemoryEventStore();
  return SqliteEventStore.open({ file: url.slice('sqlite:'.length).replace(/^\/\/+/, '/') });
}
