/** Hands items from one side to the other, one at a time: who offers waits until the item before was done with. */
export class Handoff<T> {
  private readonly offers: { readonly item: T; readonly done: () => void }[] = [];
  private current: (() => void) | undefined;
  private failure: Error | undefined;
  private closed = false;
  private wake: (() => void) | undefined;

  /** Resolves when the receiver asks for the next item, or is gone. */
  offer(item: T): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((done) => {
      this.offers.push({ item, done });
      this.wake?.();
    });
  }

  /** The receiver gets it once it asks. The first failure counts. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  /** Releases everybody. */
  close(): void {
    this.closed = true;
    this.current?.();
    for (const { done } of this.offers.splice(0)) done();
    this.wake?.();
  }

  /** Undefined when it was closed. @throws what it failed with */
  async take(): Promise<T | undefined> {
    this.current?.();
    this.current = undefined;
    for (;;) {
      if (this.closed) return undefined;
      if (this.failure !== undefined) throw this.failure;
      const offer = this.offers.shift();
      if (offer) {
        this.current = offer.done;
        return offer.item;
      }
      await new Promise<void>((wake) => (this.wake = wake));
    }
  }
}
