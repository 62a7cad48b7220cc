import { LeasedCache } from './cache/leased-cache.js';
import { systemClock, type ClientClock } from './client-clock.js';
import { safeListener, type ClientEvent } from './client-event.js';
import { checkOptions, type CheckedLimits, type KeywardClientOptions } from './client-options.js';
import { closedError } from './client.errors.js';
import { effectiveKeysAt, keyChangesAt } from './connection/channel.js';
import { TokenSource } from './connection/token-source.js';
import { GrpcLookupTransport } from './lookup/grpc-lookup-transport.js';
import { LookupEngine } from './lookup/lookup-engine.js';
import type { Address, Consistency, Lookup } from './lookup/lookup.js';
import { CacheFeed } from './watch/cache-feed.js';
import { watchOpener, type WatchScope } from './watch/open-watch.js';
import type { WatchEvent } from './watch/watch-event.js';
import { watchIterable } from './watch/watch-iterable.js';
import { WatchSession, type WatchSessionParts } from './watch/watch-session.js';
import type { KeyChangesClient } from '@keyward/contracts';

export interface LookupOptions {
  /** @defaultValue minimize_latency */
  readonly consistency?: Consistency;
}

export interface WatchOptions extends WatchScope {
  /** Resume after this position. @defaultValue what changes from now on */
  readonly afterPosition?: string;
}

export interface ClientStats {
  /** Lookups answered from the cache. */
  readonly hits: number;
  /** Lookups that had to wait for the server. */
  readonly misses: number;
  /** Answers held. */
  readonly entries: number;
  /** Whether the cache's watch is alive; false also while there is none. */
  readonly watching: boolean;
}

/** Keys do not stay in memory for longer than this after their lease. */
const SWEEP_MS = 15_000;

/**
 * Which key to use, for workers. Answers are kept for as long as they are leased and dropped the
 * moment a change concerns them. Everything is private, so that printing a client shows no key and no token.
 */
export class KeywardClient {
  readonly #options: KeywardClientOptions;
  readonly #clock: ClientClock;
  readonly #tell: (event: ClientEvent) => void;
  readonly #tokens: TokenSource;
  readonly #cache: LeasedCache;
  readonly #transport: GrpcLookupTransport;
  readonly #engine: LookupEngine;
  readonly #keyChanges: KeyChangesClient;
  readonly #sessions = new Set<WatchSession>();
  #feed: CacheFeed | undefined;
  #mayFeed: boolean;
  readonly #sweep: NodeJS.Timeout;
  #closed = false;
  #watching = false;
  #hits = 0;
  #misses = 0;

  /** @throws KeywardClientError INVALID_REQUEST naming the option that breaks a rule. */
  constructor(options: KeywardClientOptions) {
    const limits = checkOptions(options);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tell = safeListener(options.onEvent);
    this.#tokens = new TokenSource(options.token);
    this.#cache = new LeasedCache({ maxEntries: limits.maxEntries, now: () => this.#clock.monotonicMs() });
    this.#transport = this.#makeTransport();
    this.#engine = this.#makeEngine(limits);
    this.#keyChanges = keyChangesAt(options.watchTarget ?? options.target, options.tls ?? {});
    this.#mayFeed = limits.maxEntries > 0 && options.watch !== false;
    this.#sweep = setInterval(() => this.#cache.sweep(), SWEEP_MS).unref();
  }

  /**
   * The effective key of a project for an integration, or that and why there is none.
   * @returns rejects with KeywardUnavailableError when there is no answer now (which never means "no
   * key"), and with KeywardClientError when Keyward refuses, for example UNKNOWN_PROJECT or FORBIDDEN.
   */
  lookup(address: Address, options?: LookupOptions): Promise<Lookup> {
    if (options?.consistency === undefined) {
      const held = this.#cache.held(address.projectId, address.integrationId);
      if (held !== undefined) {
        this.#hits += 1;
        return held.promise!;
      }
    }
    this.#misses += 1;
    if (this.#mayFeed) this.#startFeed();
    return this.#engine.lookup(address, options?.consistency);
  }

  /** The leased answer, when there is one; asks nobody. */
  cached(address: Address): Lookup | undefined {
    const held = this.#cache.held(address.projectId, address.integrationId);
    if (held === undefined) return undefined;
    this.#hits += 1;
    return held.value;
  }

  /**
   * Changes as they happen, at least once and in order per slot, until `break` or {@link close}.
   * Broken streams resume by themselves. Throws KeywardClientError when the server refuses for good.
   */
  watch(options: WatchOptions = {}): AsyncIterableIterator<WatchEvent> {
    if (this.#closed) throw closedError();
    const { afterPosition } = options;
    const session = this.#session(options, afterPosition === undefined ? {} : { afterPosition });
    this.#sessions.add(session);
    return watchIterable(session, () => this.#sessions.delete(session));
  }

  stats(): ClientStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      entries: this.#cache.size,
      watching: this.#watching,
    };
  }

  /** Ends watches, rejects lookups on their way, lets go of all keys. An open watch keeps the process alive. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#mayFeed = false;
    this.#feed?.stop();
    this.#watching = false;
    clearInterval(this.#sweep);
    for (const session of this.#sessions) session.stop();
    this.#engine.close();
    this.#transport.close();
    this.#keyChanges.close();
    this.#cache.clear();
  }

  #makeTransport(): GrpcLookupTransport {
    const { target, tls, organizationId } = this.#options;
    return new GrpcLookupTransport({
      client: effectiveKeysAt(target, tls ?? {}),
      tokens: this.#tokens,
      organizationId,
      clock: this.#clock,
      random: Math.random,
      onCall: (call) => this.#tell({ kind: 'call', ...call }),
    });
  }

  #makeEngine({ deadlineMs, maxLeaseMs, notConfiguredMs }: CheckedLimits): LookupEngine {
    return new LookupEngine({
      cache: this.#cache,
      transport: this.#transport,
      clock: this.#clock,
      deadlineMs,
      maxLeaseMs,
      notConfiguredMs,
      wallMs: Date.now,
      soon: setImmediate,
    });
  }

  #session(scope: WatchScope, more: Partial<WatchSessionParts>): WatchSession {
    const { organizationId, heartbeatMs } = this.#options;
    return new WatchSession({
      open: watchOpener(this.#keyChanges, organizationId, scope),
      tokens: this.#tokens,
      clock: this.#clock,
      random: Math.random,
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      ...more,
    });
  }

  #startFeed(): void {
    this.#mayFeed = false;
    const { watch } = this.#options;
    const session = this.#session(typeof watch === 'object' ? watch : {}, {
      observer: {
        connected: (changesThrough) => {
          this.#watching = true;
          this.#tell({ kind: 'connected', changesThrough });
        },
        disconnected: (error, retryInMs) => {
          this.#watching = false;
          this.#tell({ kind: 'disconnected', error, retryInMs });
        },
      },
    });
    this.#feed = new CacheFeed({
      cache: this.#cache,
      session,
      clock: this.#clock,
      onEvent: (event) => event.kind !== 'heartbeat' && this.#tell(event),
      onRefused: (error) => {
        this.#watching = false;
        this.#tell({ kind: 'watch_refused', error });
      },
    });
    this.#feed.start();
  }
}

/** @throws KeywardClientError INVALID_REQUEST naming the option that breaks a rule. */
export function createKeywardClient(options: KeywardClientOptions): KeywardClient {
  return new KeywardClient(options);
}
