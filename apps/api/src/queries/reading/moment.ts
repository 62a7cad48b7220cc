import { InvalidPositionError, comparePositions, decodePosition, type LogPosition } from '@keyward/contracts';
import type { RecordedEvent } from '@keyward/event-store';
import { looksLikeTime, readTime } from '../../http/validation/time.js';
import { invalidRequest } from '../../http/validation/violations.js';

/** A moment in the event log: a place in it, or a time by the log's own clock. */
export type Moment =
  | { readonly kind: 'position'; readonly position: LogPosition }
  | { readonly kind: 'time'; readonly time: Date };

export interface LogNow {
  readonly storeId: string;
  readonly head: LogPosition;
  readonly time: Date;
}

/** @throws KeywardError INVALID_REQUEST when it is neither, or has not come yet. */
export function parseMoment(text: string, now: LogNow): Moment {
  const moment = looksLikeTime(text) ? parseTime(text) : parsePosition(text, now.storeId);
  if (isAhead(moment, now)) throw wrong('must not be in the future: the log has not come to it');
  return moment;
}

export function isAtOrBefore(event: RecordedEvent, moment: Moment): boolean {
  return moment.kind === 'position'
    ? comparePositions(event.position, moment.position) <= 0
    : event.recordedAt.getTime() <= moment.time.getTime();
}

function isAhead(moment: Moment, { head, time }: LogNow): boolean {
  return moment.kind === 'position'
    ? comparePositions(moment.position, head) > 0
    : moment.time.getTime() > time.getTime();
}

function parseTime(text: string): Moment {
  const time = readTime(text);
  if (time) return { kind: 'time', time };
  throw wrong('must be a real date and time (RFC 3339), such as 2026-03-31T12:00:00Z');
}

function parsePosition(text: string, storeId: string): Moment {
  try {
    return { kind: 'position', position: decodePosition(storeId, text) };
  } catch (error) {
    if (!(error instanceof InvalidPositionError)) throw error;
    if (error.problem === 'foreign') throw wrong(error.message);
    throw wrong(
      'must be a time (RFC 3339, such as 2026-03-31T12:00:00Z; write + as %2B) or a position as Keyward handed it out',
    );
  }
}

function wrong(rule: string): Error {
  return invalidRequest([{ field: 'at', rule }]);
}
