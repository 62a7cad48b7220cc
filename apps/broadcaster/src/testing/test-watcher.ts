import { decodePosition, type KeywardError, type LogPosition, type WatchResponse } from '@keyward/contracts';
import type { WatchHub } from '../watching/watch-hub.js';
import type { Watcher, WatchFilter, WatcherOutlet } from '../watching/watcher.js';

export const STORE = 'store';
export const NEVER = new Date(8.64e15);

export interface TestWatcherOptions {
  readonly projectIds?: readonly string[];
  readonly integrationIds?: readonly string[];
  readonly organizationId?: string;
  readonly after?: LogPosition | null;
  readonly expiresAt?: Date;
  readonly subject?: string;
  /** How many messages are taken without reading. */
  readonly takes?: number;
}

/** A watching client without a network: it takes some messages, and more when it has read them. */
export class TestWatcher implements WatcherOutlet {
  readonly read: WatchResponse[] = [];
  reason: KeywardError | undefined;
  private unread: WatchResponse[] = [];
  private readonly watcher: Watcher;

  constructor(
    private readonly hub: WatchHub,
    private readonly options: TestWatcherOptions = {},
  ) {
    const { after = null, expiresAt = NEVER, subject = 'worker' } = options;
    this.watcher = hub.watch({ subject, filter: filterOf(options), after, expiresAt }, this);
  }

  write(message: WatchResponse): boolean {
    if (this.reason) throw new Error('written to after its end');
    this.unread.push(message);
    return this.unread.length < (this.options.takes ?? Infinity);
  }

  end(reason: KeywardError): void {
    this.reason = reason;
  }

  /** Reads all that was taken; answers all messages read so far. */
  readAll(): readonly WatchResponse[] {
    while (this.unread.length > 0) {
      const blocked = this.unread.length >= (this.options.takes ?? Infinity);
      this.read.push(...this.unread);
      this.unread = [];
      if (blocked) this.watcher.drained();
    }
    return this.read;
  }

  /** Of all messages read so far, the changes' positions. */
  places(): number[] {
    return this.changes().map(({ position }) => Number(decodePosition(STORE, position!).commit));
  }

  changes(): NonNullable<WatchResponse['change']>[] {
    return this.readAll().flatMap(({ change }) => (change ? [change] : []));
  }

  kinds(): string[] {
    return this.readAll().map((message) => Object.keys(message).find((name) => name !== 'changesThrough')!);
  }

  /** How far the last message read says that the watch is. */
  through(): number {
    return Number(decodePosition(STORE, this.readAll().at(-1)!.changesThrough!).commit);
  }

  leave(): void {
    this.hub.leave(this.watcher);
  }
}

function filterOf({ organizationId = 'acme', projectIds, integrationIds }: TestWatcherOptions): WatchFilter {
  return {
    organizationId,
    projectIds: projectIds ? new Set(projectIds) : null,
    integrationIds: integrationIds ? new Set(integrationIds) : null,
  };
}
