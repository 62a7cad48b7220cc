import type { Lookup } from '../lookup/lookup.js';

/**
 * The newest thing known that makes earlier answers too old. Positions are opaque and cannot be
 * compared, so `seq`, the order in which the client learnt of things, stands for their order.
 */
export interface Stamp {
  readonly seq: number;
  /** Answers must be at least as fresh as this position; undefined: no requirement. */
  readonly floor: string | undefined;
  /** Nothing changed, the watch only began: an answer on its way is good, but no watch covered it. */
  readonly isStart: boolean;
  /** Monotonic milliseconds. */
  readonly madeAt: number;
}

export const NO_STAMP: Stamp = { seq: 0, floor: undefined, isStart: false, madeAt: 0 };

/** What is known of one integration: the organization slot's stamp, and the projects' addresses. */
export class CachedIntegration {
  stamp: Stamp = NO_STAMP;
  readonly addresses = new Map<string, CachedAddress>();

  constructor(readonly integrationId: string) {}
}

/** What is known of one address. */
export class CachedAddress {
  /** Of the project's slot; the organization slot's is the integration's. */
  stamp: Stamp = NO_STAMP;
  value: Lookup | undefined;
  /** The value as a settled promise, so that a lookup from the cache allocates nothing. */
  promise: Promise<Lookup> | undefined;
  /** Monotonic milliseconds. */
  expiresAt = 0;
  /** Lookups on their way; while there are any, the address must stay findable for changes. */
  pins = 0;

  constructor(
    readonly projectId: string,
    readonly integration: CachedIntegration,
  ) {}

  drop(): void {
    this.value = undefined;
    this.promise = undefined;
  }
}
