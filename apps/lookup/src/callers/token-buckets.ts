import { LRUCache } from 'lru-cache';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Names beyond this many share nothing: the least recently used one starts with a full bucket again. */
const MAX_BUCKETS = 10_000;

/**
 * A token bucket per name, each holding at most one second's worth. A bucket with a whole token in it lets
 * any amount through and may go into debt for it, so that a batch larger than the bucket is slowed
 * down and not refused for ever. Synchronous, because it is on the way of every lookup.
 */
export class TokenBuckets {
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_BUCKETS });

  constructor(private readonly perSecond: number) {}

  /** Milliseconds until `name` may take again; 0 when it may now. */
  waitMs(name: string, nowMs: number): number {
    if (this.perSecond === 0) return 0;
    const { tokens } = this.#bucket(name, nowMs);
    return tokens >= 1 ? 0 : ((1 - tokens) / this.perSecond) * 1_000;
  }

  take(name: string, amount: number, nowMs: number): void {
    if (this.perSecond > 0) this.#bucket(name, nowMs).tokens -= amount;
  }

  #bucket(name: string, nowMs: number): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      const full = { tokens: this.perSecond, filledAt: nowMs };
      this.#buckets.set(name, full);
      return full;
    }
    bucket.tokens = Math.min(
      this.perSecond,
      bucket.tokens + ((nowMs - bucket.filledAt) / 1_000) * this.perSecond,
    );
    bucket.filledAt = nowMs;
    return bucket;
  }
}
