import { comparePositions, START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type { RecordedEvent } from '@keyward/event-store';

export const TOMBSTONE = '$streamDeleted';
/** What EventStoreDB gives a tombstone as its revision: the largest int64. */
const LARGEST_REVISION = 9_223_372_036_854_775_807n;

/** The log below keeps names that begin with `$` from its users: one letter before every name makes them free. */
export function stored(name: string): string {
  return `_${name}`;
}

/**
 * As in EventStoreDB positions have gaps, and the two halves differ (there they do for explicit transactions):
 * whoever takes one half for the other, or makes up a position, is found out.
 */
const GAP = 100n;
const COMMIT_AFTER_PREPARE = 8n;

export function toPosition(place: bigint): LogPosition {
  const prepare = place * GAP;
  return { commit: prepare + COMMIT_AFTER_PREPARE, prepare };
}

/** @throws RangeError for a position that no event has. */
export function fromPosition(position: LogPosition): LogPosition {
  const place = position.prepare / GAP;
  const isOurs =
    comparePositions(position, START_OF_LOG) === 0 || comparePositions(position, toPosition(place)) === 0;
  if (!isOurs) throw new RangeError(`no event has the position ${position.commit}/${position.prepare}`);
  return { commit: place, prepare: place };
}

export function fromStored(event: RecordedEvent): RecordedEvent {
  const type = event.type.slice(1);
  return {
    ...event,
    type,
    stream: event.stream.slice(1),
    revision: type === TOMBSTONE ? LARGEST_REVISION : event.revision,
    position: toPosition(event.position.commit),
  };
}
