import type { TlsOption } from './connection/channel.js';
import type { TokenProvider } from './connection/token-source.js';
import type { ClientClock } from './client-clock.js';
import { KeywardClientError } from './client.errors.js';
import type { ClientEvent } from './client-event.js';
import type { WatchScope } from './watch/open-watch.js';

export interface CacheLimits {
  /** Most answers to hold. @defaultValue 10000 */
  readonly maxEntries?: number;
  /** Longest time to keep an answer, whatever the server's lease. @defaultValue the lease, in milliseconds */
  readonly maxLeaseMs?: number;
  /**
   * How long "not configured" is kept; the server gives no lease for it. 0: never.
   * @defaultValue 1000 ms
   */
  readonly notConfiguredMs?: number;
}

export interface KeywardClientOptions {
  /** `host:port` of Keyward's gRPC server. */
  readonly target: string;
  /** `host:port` of the broadcaster, where that is another server. @defaultValue target */
  readonly watchTarget?: string;
  /** A worker's token, or a function that gives one; asked again when the server refuses the last. */
  readonly token: TokenProvider;
  readonly organizationId: string;
  /** `'insecure'` is for a server on the same machine. @defaultValue TLS with the system's authorities */
  readonly tls?: TlsOption;
  /** false: every lookup asks the server. @defaultValue true */
  readonly cache?: boolean | CacheLimits;
  /**
   * Whether the cache follows changes, and of what; from the first lookup on. Without, an answer is
   * as old as its lease at most. @defaultValue true
   */
  readonly watch?: boolean | WatchScope;
  /** Longest time for one lookup, in milliseconds. @defaultValue 2000 */
  readonly deadlineMs?: number;
  /** The server's heartbeat interval, in milliseconds. @defaultValue learnt, 5000 at first */
  readonly heartbeatMs?: number;
  /** Told what happens, for metrics and logs; never key bytes. */
  readonly onEvent?: (event: ClientEvent) => void;
  /** For tests. */
  readonly clock?: ClientClock;
}

export interface CheckedLimits {
  readonly maxEntries: number;
  readonly maxLeaseMs: number;
  readonly notConfiguredMs: number;
  readonly deadlineMs: number;
}

const DEFAULT_DEADLINE_MS = 2_000;
const DEFAULT_MAX_ENTRIES = 10_000;
const DEFAULT_NOT_CONFIGURED_MS = 1_000;

/** @throws KeywardClientError INVALID_REQUEST naming the option and its rule. */
export function checkOptions(options: KeywardClientOptions): CheckedLimits {
  checkText('target', options.target);
  checkText('organizationId', options.organizationId);
  if (options.watchTarget !== undefined) checkText('watchTarget', options.watchTarget);
  if (options.heartbeatMs !== undefined) checkAbove(0, 'heartbeatMs', options.heartbeatMs);
  const limits = limitsOf(options);
  checkAbove(0, 'deadlineMs', limits.deadlineMs);
  checkAbove(-1, 'cache.maxEntries', limits.maxEntries);
  checkAbove(0, 'cache.maxLeaseMs', limits.maxLeaseMs);
  checkAbove(-1, 'cache.notConfiguredMs', limits.notConfiguredMs);
  return limits;
}

function limitsOf({ cache, deadlineMs }: KeywardClientOptions): CheckedLimits {
  const limits = typeof cache === 'object' ? cache : {};
  return {
    maxEntries: cache === false ? 0 : (limits.maxEntries ?? DEFAULT_MAX_ENTRIES),
    maxLeaseMs: limits.maxLeaseMs ?? Infinity,
    notConfiguredMs: limits.notConfiguredMs ?? DEFAULT_NOT_CONFIGURED_MS,
    deadlineMs: deadlineMs ?? DEFAULT_DEADLINE_MS,
  };
}

function checkText(field: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalid(field, 'must be a text that is not empty');
}

function checkAbove(limit: number, field: string, value: unknown): void {
  if (typeof value === 'number' && value > limit) return;
  throw invalid(field, `must be a number of ${limit === 0 ? 'more than 0' : '0 or more'}`);
}

function invalid(field: string, rule: string): KeywardClientError {
  return new KeywardClientError('INVALID_REQUEST', `${field} ${rule}.`, { metadata: { field, rule } });
}
