import type { Logger } from '@nestjs/common';
import { KeywardError } from '@keyward/contracts';
import type { Clock } from '@keyward/runtime';
import { isSealingError, type SealBinding } from '@keyward/sealing';
import { LRUCache } from 'lru-cache';
import type { LookupMetrics } from '../lookup.metrics.js';

const MAX_KEYS = 1_000;
const QUIET_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * A key is set but its sealed bytes are missing, altered, or sealed under a key encryption key that
 * is not at hand. The worker is told "unavailable", never "not set" and never another key; the
 * operator gets a line that names the slot and a metric to alert on.
 */
export class UnreadableKeyAlarm {
  /** One line per key and minute: a worker that retries must not fill the log. */
  readonly #raised: LRUCache<string, true>;

  constructor(
    private readonly logger: Pick<Logger, 'error'>,
    private readonly metrics: LookupMetrics,
    clock: Clock,
  ) {
    this.#raised = new LRUCache({
      max: MAX_KEYS,
      ttl: QUIET_MS,
      ttlResolution: 0,
      perf: { now: () => clock.monotonicMs() },
    });
  }

  /** Raises the alarm and gives the refusal to answer with; neither repeats what the cause says. */
  raise(binding: SealBinding, cause: unknown): KeywardError {
    this.metrics.unreadable();
    if (!this.#raised.has(binding.keyId)) {
      this.#raised.set(binding.keyId, true);
      this.logger.error('A sealed key cannot be opened: lookups of it are refused until it can', {
        alarm: 'unreadable_key',
        ...binding,
        problem: problemOf(cause),
      });
    }
    return new KeywardError(
      'UNAVAILABLE',
      'A key is set for this address but cannot be read now. The operators of Keyward were told: try again later.',
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
}

/** A code alone: what a provider of key encryption keys puts into its messages is not known here. */
function problemOf(cause: unknown): string {
  if (cause === undefined) return 'MISSING';
  return isSealingError(cause) ? cause.code : 'KEY_ENCRYPTION_KEYS_UNREACHABLE';
}
