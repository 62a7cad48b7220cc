import { EventStoreError } from '../event-store.errors.js';

/** Tells subscriptions that the log grew. Holds no events: a woken subscription reads them itself. */
export class CommitSignal {
  private readonly waiters = new Set<() => void>();
  private closed = false;
  private waking = false;

  constructor(private announced: number) {}

  /** The last position announced: the end of the log, for whoever follows it. */
  get head(): number {
    return this.announced;
  }

  /**
   * Everything up to `head` is durable and can be read. Subscriptions are woken a turn later: what they do with
   * the events is not to hold up the answers to those who appended them, and commits of one turn wake them once.
   */
  announce(head: number): void {
    if (head <= this.announced) return;
    this.announced = head;
    if (this.waiters.size === 0 || this.waking) return;
    this.waking = true;
    setImmediate(() => {
      this.waking = false;
      this.wakeAll();
    });
  }

  /**
   * Resolves once something after `position` is readable, or when the signal aborts.
   *
   * @throws EventStoreError UNAVAILABLE when the store is closed.
   */
  async waitBeyond(position: number, signal: AbortSignal): Promise<void> {
    this.throwIfClosed();
    if (this.announced > position || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiters.add(wake);
      signal.addEventListener('abort', wake);
    });
    if (!signal.aborted) this.throwIfClosed();
  }

  throwIfClosed(): void {
    if (this.closed) throw closedError();
  }

  close(): void {
    this.closed = true;
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of [...this.waiters]) wake();
  }
}

/** What every use of a closed store answers. */
export function closedError(): EventStoreError {
  return new EventStoreError('UNAVAILABLE', 'the event store is closed');
}
