import type { EventStore, RecordedEvent, SubscribeOptions, SubscriptionMessage } from '@keyward/event-store';
import { sleep } from '@keyward/runtime';

/** Work that follows the log, and the clock. */
export interface LogWork {
  /** What has come, in log order. */
  take(events: readonly RecordedEvent[]): void;
  /**
   * Called whenever everything in the log was taken, and when the time it asked for is over, one call after the other.
   * Answers how many milliseconds there will be nothing to do unless something comes.
   */
  work(): Promise<number>;
}

/** Looks at the clock again, which may have been set. */
export const LONGEST_WAIT_MS = 3_600_000;

/** Takes and works until the signal aborts. Throws what `work` and the log throw: to be called again. */
export async function workAlongLog(
  events: Pick<EventStore, 'subscribeToAll'>,
  { signal, ...from }: SubscribeOptions,
  task: LogWork,
): Promise<void> {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const messages = events.subscribeToAll({ ...from, signal: until })[Symbol.asyncIterator]();
  let coming = messages.next();
  let caughtUp = false;
  let waitMs = LONGEST_WAIT_MS;
  try {
    for (;;) {
      const come = await firstOf(coming, waitMs, signal);
      if (come?.done || signal.aborted) return;
      if (come) {
        caughtUp = takeIn(come.value, task);
        coming = messages.next();
      }
      if (caughtUp) waitMs = Math.min(LONGEST_WAIT_MS, await task.work());
    }
  } finally {
    ended.abort();
    // What is still awaited of it is nobody's any more.
    coming.catch(() => undefined);
  }
}

/** Answers whether that was all for now. */
function takeIn(message: SubscriptionMessage, task: LogWork): boolean {
  if (message.kind === 'events') task.take(message.events);
  return message.kind === 'caught_up';
}

/** What comes first: the message, or undefined when the time is over. */
async function firstOf<T>(message: Promise<T>, waitMs: number, signal: AbortSignal): Promise<T | undefined> {
  const over = new AbortController();
  const time = sleep(waitMs, AbortSignal.any([signal, over.signal])).then(() => undefined);
  try {
    return await Promise.race([message, time]);
  } finally {
    over.abort();
  }
}
