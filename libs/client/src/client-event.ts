import type { KeywardClientError } from './client.errors.js';
import type { ChangeEvent, ResetEvent } from './watch/watch-event.js';

/** What happened inside the client. Holds no key bytes; all of it may be logged. */
export type ClientEvent =
  /** The cache's watch is alive. */
  | { readonly kind: 'connected'; readonly changesThrough: string }
  /** The cache's watch broke off; it is opened again by itself. */
  | { readonly kind: 'disconnected'; readonly error: KeywardClientError; readonly retryInMs: number }
  /** The cache's watch was refused: until it is let in, leases alone bound how old answers are. */
  | { readonly kind: 'watch_refused'; readonly error: KeywardClientError }
  /** A slot changed; the cache has dropped what it concerned. */
  | ChangeEvent
  /** The cache has dropped everything. */
  | ResetEvent
  /** One call to the server: addresses asked for, and `OK` or the error's code. */
  | {
      readonly kind: 'call';
      readonly addresses: number;
      readonly durationMs: number;
      readonly code: string;
    };

/** Tells the listener; its own errors must not break the client, and are warned of once. */
export function safeListener(
  listener: ((event: ClientEvent) => void) | undefined,
): (event: ClientEvent) => void {
  if (listener === undefined) return () => undefined;
  let hasWarned = false;
  return (event) => {
    try {
      listener(event);
    } catch {
      if (hasWarned) return;
      hasWarned = true;
      process.emitWarning('onEvent of the Keyward client threw an error, which was ignored.');
    }
  };
}
