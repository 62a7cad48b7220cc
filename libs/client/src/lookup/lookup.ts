import type { LeasedKey } from './leased-key.js';

/** Which project's use of which integration is asked for. */
export interface Address {
  readonly projectId: string;
  readonly integrationId: string;
}

/** How fresh an answer must be. */
export type Consistency =
  /** As the server has it, inside its staleness bound; a leased answer will do. The default. */
  | { readonly kind: 'minimize_latency' }
  /** Not older than a position that Keyward handed out; with `withinBound` inside the staleness bound too. */
  | { readonly kind: 'at_least_as_fresh'; readonly position: string; readonly withinBound?: boolean }
  /** Not older than everything acknowledged before this call; never from the cache. */
  | { readonly kind: 'fully_consistent' };

/** The project has a key to use. */
export interface Found {
  readonly outcome: 'found';
  readonly key: LeasedKey;
  /** Where in the log this was true: pass it on as `at_least_as_fresh`. */
  readonly position: string;
  /** The answer may be older than the server's staleness bound, and the server is set to flag this. */
  readonly stale: boolean;
}

/** The project has no key to use. That is an answer; "unavailable" is an exception instead. */
export interface NotConfigured {
  readonly outcome: 'not_configured';
  /** Nobody set a key, or the organization's is switched off and the project has none. */
  readonly reason: 'not_set' | 'disabled';
  readonly position: string;
  readonly stale: boolean;
}

/** What a lookup answers. Frozen, and shared by all who ask while it is leased. */
export type Lookup = Found | NotConfigured;
