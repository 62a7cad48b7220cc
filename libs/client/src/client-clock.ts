/** Time as the client uses it; injectable so that tests need not wait. */
export interface ClientClock {
  /** Milliseconds that only ever grow, whatever happens to the time of day. */
  monotonicMs(): number;
  /** Runs the callback once after that many milliseconds, unless the returned function was called before. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: ClientClock = {
  monotonicMs: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits, but not past the signal's abort; never rejects. */
export function pause(clock: ClientClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = (): void => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal.addEventListener('abort', finish);
  });
}
