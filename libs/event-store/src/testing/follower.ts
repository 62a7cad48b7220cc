import { comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore, RecordedEvent, SubscribeOptions } from '../event-store.port.js';

/** A subscriber of a test: takes everything as it comes, and lets the test wait for a condition. */
export class Follower {
  readonly events: RecordedEvent[] = [];
  readonly caughtUp: LogPosition[] = [];
  /** Settles when the subscription has ended, with its error if there was one. */
  readonly ended: Promise<void>;
  private readonly abort = new AbortController();
  private readonly watchers = new Set<() => void>();
  private failure: Error | undefined;
  private finished = false;

  constructor(store: EventStore, options: Omit<SubscribeOptions, 'signal'>) {
    this.ended = this.run(store, options);
    // A test that waits for a condition gets the error there.
    this.ended.catch(() => {});
  }

  /** Resolves once the condition holds. */
  async until(condition: (follower: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.finished) throw this.failure ?? new Error('the subscription ended before the condition held');
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  async untilCount(events: number): Promise<void> {
    await this.until(() => this.events.length >= events);
  }

  /** Resolves once the subscription has said that it is caught up to a position or beyond. */
  async untilCaughtUp(position: LogPosition): Promise<void> {
    await this.until(() => this.caughtUp.some((at) => comparePositions(at, position) >= 0));
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }

  private async run(store: EventStore, options: Omit<SubscribeOptions, 'signal'>): Promise<void> {
    try {
      for await (const message of store.subscribeToAll({ ...options, signal: this.abort.signal })) {
        if (message.kind === 'events') this.events.push(...message.events);
        else this.caughtUp.push(message.position);
        this.wake();
      }
    } catch (error) {
      this.failure = error as Error;
      throw error;
    } finally {
      this.finished = true;
      this.wake();
    }
  }

  private wake(): void {
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const watcher of watchers) watcher();
  }
}
