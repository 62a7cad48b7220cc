import { HEADS_STREAM_PREFIX } from '@keyward/audit/lean';
import {
  UnreadableEventError,
  eventSubject,
  readStoredEvent,
  type DomainEvent,
  type StreamOwner,
} from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import { HISTORY_KIND_OF, type HistoryKind } from './history-kind.js';

/** What an event is found by. */
export interface IndexedEvent {
  readonly recorded: RecordedEvent;
  readonly event: DomainEvent;
  readonly owner: StreamOwner;
  readonly kind: HistoryKind;
  readonly occurredAt: Date;
}

/** A head of an audit log comes over the same subscription, and is for the audit ledger alone. */
export function isIndexed({ stream }: RecordedEvent): boolean {
  return !stream.startsWith(HEADS_STREAM_PREFIX);
}

/**
 * @throws UnreadableEventError at an event that this release does not know: a history that leaves
 * one out would be wrong, so the index must not go past it.
 */
export function indexedEvent(recorded: RecordedEvent): IndexedEvent {
  const owner = eventSubject(recorded.stream, recorded.data);
  if (!owner) throw unreadable(recorded, 'its stream belongs to nobody');
  const event = readStoredEvent(recorded);
  const { actor, occurredAt } = event.data as Partial<DomainEvent['data']>;
  const time = new Date(occurredAt ?? '');
  if (typeof actor !== 'string' || Number.isNaN(time.getTime()))
    throw unreadable(recorded, 'it does not say who did it, or when');
  return { recorded, event, owner, kind: HISTORY_KIND_OF[event.type], occurredAt: time };
}

function unreadable({ stream, revision }: RecordedEvent, problem: string): UnreadableEventError {
  return new UnreadableEventError(`event ${revision} of ${stream} has no place in a history: ${problem}`);
}
