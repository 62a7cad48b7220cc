import type { Principal } from '@keyward/access';
import { KeywardError, encodePosition } from '@keyward/contracts';
import { streamOwner } from '@keyward/domain';
import { EventStore, type RecordedEvent } from '@keyward/event-store';
import { HISTORY_KIND_OF, History } from '@keyward/history';
import { Clock } from '@keyward/runtime';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { ChangeFeed, type FeedEvent, type FeedScope } from './change-feed.js';

const BEAT_MS = 15_000;
const FEEDS_PER_PRINCIPAL = 20;
const FEEDS = 2_000;
/** Node fires later ones at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Tells callers of changes as they come into the history, and when the read model has them. */
@Injectable()
export class ChangeFeeds implements OnModuleInit, OnModuleDestroy {
  private readonly feeds = new Set<ChangeFeed>();
  private stopListening: (() => void) | undefined;
  private beats: NodeJS.Timeout | undefined;

  constructor(
    private readonly history: History,
    private readonly events: EventStore,
    private readonly reader: ConsistentReader,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.history.onApplied((event) => this.publish(event));
    this.beats = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  onModuleDestroy(): void {
    this.stopListening?.();
    clearInterval(this.beats);
    for (const feed of this.feeds) feed.end();
  }

  /**
   * Begins with `ready`: what was in the log by that position is to be read, what comes after it is told.
   * @throws KeywardError RATE_LIMITED when the caller has too many
   */
  async open(scope: FeedScope, { subject, expiresAt }: Principal): Promise<ChangeFeed> {
    const own = [...this.feeds].filter((feed) => feed.subject === subject).length;
    if (own >= FEEDS_PER_PRINCIPAL || this.feeds.size >= FEEDS) throw tooMany();
    const feed = new ChangeFeed(scope, subject);
    this.feeds.add(feed);
    const remainingMs = expiresAt.getTime() - this.clock.now().getTime();
    const expiry = setTimeout(() => feed.end(), Math.min(remainingMs, LONGEST_TIMER_MS)).unref();
    feed.once('close', () => {
      clearTimeout(expiry);
      this.feeds.delete(feed);
    });
    try {
      const head = await this.events.head();
      if (feed.advanceTo(head)) feed.tell({ event: 'ready', data: { position: this.token(head) } });
      return feed;
    } catch (error) {
      feed.destroy();
      throw error;
    }
  }

  private publish({ stream, type, position, recordedAt }: RecordedEvent): void {
    // What was refused changed nothing, and is for those who read the history.
    if (this.feeds.size === 0 || type === 'RequestRefused') return;
    const owner = streamOwner(stream)!;
    const told = [...this.feeds].filter((feed) => feed.wants(owner) && feed.advanceTo(position));
    if (told.length === 0) return;
    const { projectId, integrationId } = owner;
    const kind = HISTORY_KIND_OF[type as keyof typeof HISTORY_KIND_OF];
    const token = this.token(position);
    if (type === 'KeysHandedOut') return this.tell(told, { event: 'used', data: { position: token } });
    this.tell(told, { event: 'change', data: { position: token, kind, projectId, integrationId } });
    this.reader
      .read({ kind: 'at_least_as_fresh', position }, async () => ({}))
      .then(() => {
        const milliseconds = Math.max(0, this.clock.now().getTime() - recordedAt.getTime());
        this.tell(told, { event: 'applied', data: { position: token, milliseconds } });
      })
      // Then it is not told: whoever reads waits for the position, or is refused.
      .catch(() => undefined);
  }

  private tell(feeds: readonly ChangeFeed[], event: FeedEvent): void {
    for (const feed of feeds) feed.tell(event);
  }

  private beat(): void {
    for (const feed of this.feeds) feed.beat();
  }

  private token(position: RecordedEvent['position']): string {
    return encodePosition(this.events.storeId, position);
  }
}

function tooMany(): KeywardError {
  const sentence = 'There are too many open streams of changes. Close some, or try again later.';
  return new KeywardError('RATE_LIMITED', sentence, { retryAfterSeconds: 10 });
}
