import { InvalidPositionError, comparePositions, decodePosition, type LogPosition } from '@keyward/contracts';
import type { RecordedEvent } from '@keyward/event-store';
import { invalidRequest } from '../../http/validation/violations.js';

/** A moment in the event log: a place in it, or a time by the log's own clock. */
export type Moment =
  | { readonly kind: 'position'; readonly position: LogPosition }
  | { readonly kind: 'time'; readonly time: Date };

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

export interface LogNow {
  readonly storeId: string;
  readonly head: LogPosition;
  readonly time: Date;
}

/** @throws KeywardError INVALID_REQUEST when it is neither, or has not come yet. */
export function parseMoment(text: string, now: LogNow): Moment {
  const moment = RFC_3339.test(text) ? parseTime(text) : parsePosition(text, now.storeId);
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
  const time = new Date(text.toUpperCase());
  // Date turns 31 February into 3 March; what comes out must be the day that went in.
  const isReal = !Number.isNaN(time.getTime()) && Number(text.slice(8, 10)) <= daysInMonth(text);
  if (!isReal) throw wrong('must be a real date and time (RFC 3339), such as 2026-03-31T12:00:00Z');
  return { kind: 'time', time };
}

function daysInMonth(text: string): number {
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
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
