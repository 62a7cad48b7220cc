import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogPosition } from '@keyward/contracts';
import type {
  EventFilter,
  RecordedEvent,
  SubscribeOptions,
  SubscriptionMessage,
} from '../event-store.port.js';
import type { CommitSignal } from './commit-signal.js';

/** One look into the log. Everything in (after, through] that the filter lets pass is in `events`. */
export interface LogScan {
  readonly events: readonly RecordedEvent[];
  readonly through: number;
  /** The log's last position when it was looked at. */
  readonly head: number;
}

/** What a log in this process must offer to be followed. */
export interface FollowableLog {
  readonly commits: CommitSignal;
  /** A bounded piece of the log after a position: bounded so that one look never holds up the event loop. */
  scan(after: number, filter: EventFilter | undefined): LogScan;
}

/**
 * Catch-up, then live, in one loop: a commit only wakes the loop, and events always come from the log
 * after the last position read. So there is no seam between the two where an event could fall or double.
 */
export async function* followLog(
  log: FollowableLog,
  { after, filter, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  let cursor = after === 'start' ? 0 : Number(after.commit);
  let announced = -1;
  while (!signal.aborted) {
    log.commits.throwIfClosed();
    const { events, through, head } = log.scan(cursor, filter);
    if (events.length > 0) yield { kind: 'events', events };
    cursor = Math.max(cursor, through);
    if (cursor < head) {
      await nextTurn();
      continue;
    }
    if (cursor > announced && !signal.aborted) {
      announced = cursor;
      yield { kind: 'caught_up', position: toPosition(cursor) };
    }
    await log.commits.waitBeyond(cursor, signal);
  }
}

/** In an embedded log one counter is both halves of a position. */
export function toPosition(counter: number): LogPosition {
  const place = BigInt(counter);
  return { commit: place, prepare: place };
}
