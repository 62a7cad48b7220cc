/** What the client gives for a read, which is cancelled, or for a subscription, which is unsubscribed. */
export interface ClientStream {
  readonly readableLength: number;
  read(size?: number): unknown;
  removeAllListeners(event: 'readable'): { resume(): unknown };
  on(event: 'readable', listener: () => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  cancel?(): Promise<void>;
  unsubscribe?(): Promise<void>;
}

/** By then a call that was complete has ended at both ends. */
const LINGER_MS = 1_000;

/**
 * A streaming call of the client, pulled item by item. `for await` would not do: leaving it early does not cancel
 * the gRPC call, it has no time limit, and an error that comes after it was left would end the process.
 */
export class PulledCall<T> {
  private failure: Error | undefined;
  private ended = false;
  /** The client's stream has ended, by itself or with an error. */
  private over = false;
  private wake: () => void = () => {};

  constructor(private readonly stream: ClientStream) {
    stream.on('readable', () => this.wake());
    // Never removed: the client emits errors also after the call was cancelled.
    stream.on('error', (error: Error) => this.finish(error));
    stream.on('end', () => this.finish());
    stream.on('close', () => this.finish());
  }

  /** What has come already, in order, at most so much; nothing when nothing has. */
  take(atMost: number): T[] {
    const items: T[] = [];
    while (items.length < atMost) {
      const item = this.stream.read();
      if (item === null) break;
      items.push(item as T);
    }
    return items;
  }

  /**
   * Waits until something has come or the call has ended; `quiet` when neither happened in time.
   * @throws what made the call fail.
   */
  async wait(ms: number): Promise<'more' | 'ended' | 'quiet'> {
    const end = performance.now() + ms;
    for (;;) {
      if (this.stream.readableLength > 0) return 'more';
      if (this.failure) throw this.failure;
      if (this.ended) return 'ended';
      const left = end - performance.now();
      if (left <= 0) return 'quiet';
      // A stream that has ended says so only to who reads on.
      this.stream.read(0);
      await this.nextSign(left);
    }
  }

  /** Ends the waiting; with an error, that is what is thrown. */
  stop(error?: Error): void {
    this.failure ??= this.ended ? undefined : error;
    this.ended = true;
    this.wake();
  }

  /**
   * Gives the call up, and forgets what was not taken. A call of which no more is to come is left to end by itself:
   * each cancellation is a reset, and servers close the connection of a client that resets again and again.
   */
  release(isComplete: boolean): void {
    // What has come already has to flow off, or the client's stream would never end.
    this.stream.removeAllListeners('readable').resume();
    if (!isComplete && !this.over) this.cancel();
    // After "stream not found" the client reads no further, and does not notice that the call has ended.
    else setTimeout(() => this.cancel(), LINGER_MS).unref();
  }

  private cancel(): void {
    const cancelled = this.stream.unsubscribe?.() ?? this.stream.cancel?.();
    // It fails only when the call had not come about.
    cancelled?.catch(() => {});
  }

  private finish(error?: Error): void {
    this.over = true;
    this.stop(error);
  }

  private async nextSign(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => {};
  }
}
