import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../principal.js';

const LONGEST_MS = 60_000;

/**
 * Tokens that were verified within the last minute, by digest so that no token lies in memory.
 * Only successes are kept: what is refused now may be right when the issuer's keys have turned.
 */
export class TokenCache {
  readonly #principals: LRUCache<string, Principal>;

  constructor(
    size: number,
    /** The wall clock, milliseconds. */
    private readonly now: () => number,
  ) {
    this.#principals = new LRUCache({ max: size, ttl: LONGEST_MS, ttlResolution: 0, perf: { now } });
  }

  get(token: string): Principal | undefined {
    return this.#principals.get(digest(token));
  }

  /** Kept for a minute or to the token's end, whichever is sooner. */
  set(token: string, principal: Principal): void {
    const left = principal.expiresAt.getTime() - this.now();
    if (left > 0) this.#principals.set(digest(token), principal, { ttl: Math.min(left, LONGEST_MS) });
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64url');
}
