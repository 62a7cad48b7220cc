import { setTimeout as delay } from 'node:timers/promises';

/** Runs `work` with a signal that aborts after `ms`, with `expired()` as its reason; the timer ends with the work. */
export async function withDeadline<T>(
  ms: number,
  expired: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(expired()), Math.max(0, ms));
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The promise's outcome, or the signal's reason if that comes first: for what cannot be cancelled. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Waits, spread by half either way so that those who wait together do not ask together. */
export async function jitteredPause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms * (0.5 + Math.random()), undefined, { signal });
  } catch {
    throw signal.reason as Error;
  }
}
