import type { Principal } from '@keyward/access';
import { KeywardError } from '@keyward/contracts';
import type { Clock } from '@keyward/runtime';
import { TokenBuckets } from './token-buckets.js';

/** Effective keys per second; 0 sets no limit. */
export interface LookupRates {
  readonly perPrincipal: number;
  readonly perOrganization: number;
}

/** Keeps one worker, or one organization's workers, from taking the whole process. */
export class LookupRateLimit {
  readonly #principals: TokenBuckets;
  readonly #organizations: TokenBuckets;

  constructor(
    rates: LookupRates,
    private readonly clock: Clock,
  ) {
    this.#principals = new TokenBuckets(rates.perPrincipal);
    this.#organizations = new TokenBuckets(rates.perOrganization);
  }

  /**
   * Charges a call for the keys it asks for. The organization is the token's own, not the one asked
   * for: nobody can use up what is another organization's.
   * @throws KeywardError RATE_LIMITED with the seconds to wait.
   */
  charge({ subject, worker }: Principal, keys: number): void {
    const now = this.clock.monotonicMs();
    const organizationId = worker?.organizationId ?? '';
    const waitMs = Math.max(
      this.#principals.waitMs(subject, now),
      this.#organizations.waitMs(organizationId, now),
    );
    if (waitMs > 0) throw rateLimited(waitMs);
    this.#principals.take(subject, keys, now);
    this.#organizations.take(organizationId, keys, now);
  }
}

function rateLimited(waitMs: number): KeywardError {
  return new KeywardError(
    'RATE_LIMITED',
    'Too many lookups: slow down, and keep what was looked up for its lease.',
    {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    },
  );
}
