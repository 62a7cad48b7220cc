import { comparePositions, type LogPosition } from '@keyward/contracts';
import { DOMAIN_STREAM_PREFIXES } from '@keyward/domain';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import type { HistoryIndex } from '../history-index.port.js';

/** What is reported while the log is followed. */
export interface HistoryObserver {
  /** What was in the index is of another past of the log, and is made anew. */
  rebuilding(): void;
  /** These events are in the index. */
  applied(events: readonly RecordedEvent[]): void;
  /** Everything up to here is in the index. */
  reached(position: LogPosition): void;
  /** ... and that is all there is. Followed further when the answer resolves, which gives commands the event loop. */
  caughtUp(): Promise<void>;
}

/**
 * Event log -> index, in log order, until the signal aborts. Events and checkpoint are written together,
 * so being cut off anywhere at worst repeats a batch, which changes nothing.
 */
export async function followLog(
  events: EventStore,
  index: HistoryIndex,
  observer: HistoryObserver,
  signal: AbortSignal,
): Promise<void> {
  const begun = await begin(events, index, observer);
  if (begun) observer.reached(begun);
  const filter = { streamPrefixes: DOMAIN_STREAM_PREFIXES };
  for await (const message of events.subscribeToAll({ after: begun ?? 'start', filter, signal })) {
    if (message.kind === 'events') {
      const { position } = message.events.at(-1)!;
      await index.apply(message.events, position);
      observer.reached(position);
      observer.applied(message.events);
    } else {
      await index.apply([], message.position);
      observer.reached(message.position);
      await observer.caughtUp();
    }
  }
}

/**
 * Where to go on. An index whose last event is not in the log has seen a past that is no more, for the
 * log was restored from a backup: it is made anew.
 */
async function begin(
  events: EventStore,
  index: HistoryIndex,
  observer: HistoryObserver,
): Promise<LogPosition | undefined> {
  const last = await index.last();
  if (!last) return undefined;
  const isAhead = comparePositions(last.checkpoint, await events.head()) > 0;
  if (!isAhead && (await holds(events, last.event))) return last.checkpoint;
  observer.rebuilding();
  await index.reset();
  return undefined;
}

async function holds(events: EventStore, { id, position }: RecordedEvent): Promise<boolean> {
  for await (const event of events.readAll({ from: position, maxCount: 1 })) return event.id === id;
  return false;
}
