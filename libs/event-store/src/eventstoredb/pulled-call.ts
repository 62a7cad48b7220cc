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

/**
 * A streaming call of the client, pulled item by item. `for await` would not do: leaving it early does not cancel
 * the gRPC call, it has no time limit, and an error that comes after it was left would end the process.
 */
export class PulledCall<T> {
  private failure: Error | undefined;
  private ended = false;
  private wake: () => void = () => {};

  constructor(private readonly stream: ClientStream) {
    stream.on('readable', () => this.wake());
    // Never removed: the client emits errors also after the call was cancelled.
    stream.on('error', (error: Error) => this.stop(error));
    stream.on('end', () => this.stop());
    stream.on('close', () => this.stop());
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

  /** Cancels the call at the server, and forgets what was not taken. */
  cancel(): void {
    const cancelled = this.stream.unsubscribe?.() ?? this.stream.cancel?.();
    // It fails only when the call had not come about.
    cancelled?.catch(() => {});
    // What has come already has to flow off: the client counts a call as open until it is read to its end.
    this.stream.removeAllListeners('readable').resume();
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
