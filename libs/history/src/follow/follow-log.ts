import { LEDGER_STREAM_PREFIXES, type RemoteLedger } from '@keyward/audit/lean';
import { comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import { isIndexed } from '../indexed-event.js';
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
 * Event log -> index and audit ledger, in log order, until the signal aborts. Events and checkpoint are written together,
 * so being cut off anywhere at worst repeats a batch, which changes nothing.
 */
export async function followLog(
  events: EventStore,
  index: HistoryIndex,
  observer: HistoryObserver,
  signal: AbortSignal,
): Promise<void> {
  const indexed = await begin(events, index, observer);
  const audited = await beginAudit(events, index.audit);
  const begun = audited === 'never again' ? indexed : earlier(indexed, audited);
  if (begun) observer.reached(begun);
  const filter = { streamPrefixes: LEDGER_STREAM_PREFIXES };
  for await (const message of events.subscribeToAll({ after: begun ?? 'start', filter, signal })) {
    if (message.kind === 'events') {
      const { position } = message.events.at(-1)!;
      await index.apply(message.events, position);
      observer.reached(position);
      observer.applied(message.events.filter(isIndexed));
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
  if (!isAhead && (await eventAt(events, last.event.position))?.id === last.event.id) return last.checkpoint;
  observer.rebuilding();
  await index.reset();
  return undefined;
}

/**
 * Where to go on. To the audit ledger another past is no reason to begin anew but what it is there to tell: it keeps
 * what it has, takes nothing more, and no head is signed until somebody has decided.
 */
async function beginAudit(
  events: EventStore,
  ledger: RemoteLedger,
): Promise<LogPosition | 'never again' | undefined> {
  const last = await ledger.last();
  if (!last) return undefined;
  const isAhead = comparePositions(last.checkpoint, await events.head()) > 0;
  const event = isAhead ? undefined : await eventAt(events, last.position);
  if (event && (await ledger.isKnown(event))) return last.checkpoint;
  await ledger.contradict(
    isAhead
      ? 'The event log ends before a place up to which it had been read: its end was cut off, or an older copy was restored.'
      : 'The last event of the audit logs was altered or removed in the event log after it had been read.',
  );
  return 'never again';
}

function earlier(a: LogPosition | undefined, b: LogPosition | undefined): LogPosition | undefined {
  return a && b && (comparePositions(a, b) < 0 ? a : b);
}

async function eventAt(events: EventStore, position: LogPosition): Promise<RecordedEvent | undefined> {
  for await (const event of events.readAll({ from: position, maxCount: 1 })) {
    if (comparePositions(event.position, position) === 0) return event;
  }
  return undefined;
}
