import type { EventStoreDBClient } from '@eventstore/db-client';
import { comparePositions, START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type {
  EventFilter,
  RecordedEvent,
  SubscribeOptions,
  SubscriptionMessage,
} from '../event-store.port.js';
import { toReadError, unavailable } from './client-errors.js';
import { READ_AHEAD, type LogReader, type OpenCalls } from './log-reader.js';
import { PulledCall } from './pulled-call.js';
import { passes, positionOf, toRecordedEvent, type ClientEvent } from './recorded-event.js';

export interface FollowParts {
  readonly client: EventStoreDBClient;
  readonly reader: Pick<LogReader, 'head'>;
  readonly openCalls: OpenCalls;
  /** After so much silence the head of the log is asked whether there should be silence. */
  readonly watchIntervalMs: number;
}

/**
 * A subscription to the whole of $all, filtered here and not by the server. So every event moves the position, also
 * those left out: no checkpoint of the server is needed, which a quiet log parks far behind and some servers sent
 * ahead of events still to come. Only positions of events that were taken in their order are ever given out.
 */
export async function* followAll(
  parts: FollowParts,
  options: SubscribeOptions,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const { after, signal } = options;
  const call = new PulledCall<ClientEvent>(
    parts.client.subscribeToAll({ fromPosition: after }, { highWaterMark: READ_AHEAD }),
  );
  const end = (): void => call.stop();
  signal.addEventListener('abort', end);
  parts.openCalls.add(call);
  try {
    yield* follow(call, parts, options);
    if (!signal.aborted) throw unavailable('it ended the subscription');
  } catch (error) {
    throw toReadError(error);
  } finally {
    signal.removeEventListener('abort', end);
    parts.openCalls.delete(call);
    call.release(false);
  }
}

async function* follow(
  call: PulledCall<ClientEvent>,
  parts: FollowParts,
  { after, filter, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const progress = new Progress(after === 'start' ? START_OF_LOG : after, await parts.reader.head());
  while (!signal.aborted) {
    const items = call.take(READ_AHEAD);
    progress.took(items);
    const events = wanted(items, filter);
    const position = items.length === 0 ? progress.newlyCaughtUp() : undefined;
    if (events.length > 0) yield { kind: 'events', events };
    else if (position) yield { kind: 'caught_up', position };
    else if (items.length === 0 && !(await hasMore(call, parts, progress))) return;
  }
}

/**
 * Waits; false when the subscription has ended.
 * @throws EventStoreError UNAVAILABLE when it has stalled.
 */
async function hasMore(
  call: PulledCall<ClientEvent>,
  { reader, watchIntervalMs }: FollowParts,
  progress: Progress,
): Promise<boolean> {
  const sign = await call.wait(watchIntervalMs);
  // Asked after the silence: what is at or before this head has had that long to come.
  if (sign === 'quiet') progress.expect(await reader.head());
  return sign !== 'ended';
}

function wanted(items: readonly ClientEvent[], filter: EventFilter | undefined): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const item of items) {
    const event = toRecordedEvent(item);
    if (event && passes(filter, event)) events.push(event);
  }
  return events;
}

/**
 * How far a subscription has come, against the head of the log. The server's own "caught up" is not asked: servers
 * before version 23 do not send it, and it overtakes events that lie ready here.
 */
class Progress {
  private announced: LogPosition | undefined;
  /** The head that silence has already fallen short of. */
  private overdue: LogPosition | undefined;

  constructor(
    private position: LogPosition,
    private head: LogPosition,
  ) {}

  took(items: readonly ClientEvent[]): void {
    const last = items.at(-1);
    if (!last) return;
    this.position = positionOf(last);
    this.overdue = undefined;
  }

  /** The position, when everything up to the head is taken and that was not said before. */
  newlyCaughtUp(): LogPosition | undefined {
    const { announced, position } = this;
    if (comparePositions(position, this.head) < 0) return undefined;
    if (announced && comparePositions(position, announced) <= 0) return undefined;
    this.announced = position;
    return position;
  }

  /** @throws EventStoreError UNAVAILABLE when the log has moved on twice in a row and nothing came. */
  expect(head: LogPosition): void {
    this.head = head;
    const isBehind = comparePositions(this.position, head) < 0;
    if (isBehind && this.overdue) {
      throw unavailable('it has newer events, but the subscription gives none');
    }
    this.overdue = isBehind ? head : undefined;
  }
}
