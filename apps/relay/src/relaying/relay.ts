import { changeSpan, type ChangeLogWriter, type KeyChange } from '@keyward/change-log';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { UnreadableEventError } from '@keyward/domain';
import type { EventFilter, EventStore, RecordedEvent } from '@keyward/event-store';
import { inSpans, type Tracing } from '@keyward/runtime';
import { findStart } from './find-start.js';
import { keyChangeOf } from './key-change-of.js';

/** The events that are changes. */
const SLOT_EVENTS: EventFilter = { streamPrefixes: ['orgKey-', 'projectKey-'] };

/** What the relay reports while it runs. */
export interface RelayObserver {
  /** Another relay is at work; this one waits for its end. */
  standsBy(): void;
  /** These changes are in the change log. */
  relayed(count: number): void;
  /** Everything up to here is. */
  reached(position: LogPosition, caughtUp: boolean): void;
}

export interface RelayParts {
  readonly store: EventStore;
  readonly changeLog: ChangeLogWriter;
  readonly observer: RelayObserver;
  readonly tracing: Tracing;
}

/**
 * Event log -> change log, in log order. A change is appended before the checkpoint passes it, so a
 * stop at any moment repeats changes and never loses one. Ends when the signal aborts.
 * @throws UnreadableEventError at an event that it does not understand; the checkpoint stays before it.
 */
export async function relay(parts: RelayParts, signal: AbortSignal): Promise<void> {
  const { store, changeLog, observer } = parts;
  const onStandby = (): void => observer.standsBy();
  const after = (await changeLog.checkpoint({ signal, onStandby })) ?? (await begin(store, changeLog));
  observer.reached(after, false);
  const from = comparePositions(after, START_OF_LOG) === 0 ? 'start' : after;
  for await (const message of store.subscribeToAll({ after: from, filter: SLOT_EVENTS, signal })) {
    if (message.kind === 'events') {
      await relayEvents(message.events, parts);
    } else {
      await changeLog.saveCheckpoint(message.position);
      observer.reached(message.position, true);
    }
  }
}

async function begin(store: EventStore, changeLog: ChangeLogWriter): Promise<LogPosition> {
  // The head first: events that come in between then only count as not yet relayed.
  const head = await store.head();
  const after = await findStart(store, SLOT_EVENTS, changeLog.backfill);
  await changeLog.begin({ after, head });
  return after;
}

/** What comes before an event that cannot be understood is relayed: those changes must not wait for its repair. */
async function relayEvents(
  events: readonly RecordedEvent[],
  { changeLog, observer, tracing }: RelayParts,
): Promise<void> {
  const { changes, stoppedBy } = readChanges(events);
  const last = changes.at(-1);
  if (last) {
    const spans = changes.map((change) => changeSpan(tracing, 'publish', 'producer', change));
    await inSpans(spans, () => changeLog.append(changes));
    await changeLog.saveCheckpoint(last.position);
    observer.relayed(changes.length);
    observer.reached(last.position, false);
  }
  if (stoppedBy) throw stoppedBy;
}

function readChanges(events: readonly RecordedEvent[]): {
  changes: KeyChange[];
  stoppedBy?: UnreadableEventError;
} {
  const changes: KeyChange[] = [];
  for (const event of events) {
    try {
      changes.push(keyChangeOf(event));
    } catch (error) {
      if (!(error instanceof UnreadableEventError)) throw error;
      return { changes, stoppedBy: error };
    }
  }
  return { changes };
}
