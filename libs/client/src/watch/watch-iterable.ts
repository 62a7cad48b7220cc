import type { WatchEvent } from './watch-event.js';
import type { WatchSession } from './watch-session.js';

/**
 * A watch for the caller's own `for await`. `break`, or `return()` from anywhere, cancels the call
 * at once, also while an event is awaited: a generator alone would wait for that event first.
 */
export function watchIterable(session: WatchSession, onEnd: () => void): AsyncIterableIterator<WatchEvent> {
  const events = session.run();
  const ending = async (result: Promise<IteratorResult<WatchEvent>>): Promise<IteratorResult<WatchEvent>> => {
    try {
      const next = await result;
      if (next.done === true) onEnd();
      return next;
    } catch (error) {
      onEnd();
      throw error;
    }
  };
  const stop = (): Promise<IteratorResult<WatchEvent>> => {
    session.stop();
    return ending(events.return());
  };
  return {
    next: () => ending(events.next()),
    return: stop,
    throw: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
