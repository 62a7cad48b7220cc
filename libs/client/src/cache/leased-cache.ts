import type { Lookup } from '../lookup/lookup.js';
import { CachedAddress, CachedIntegration, NO_STAMP, type Stamp } from './cached-address.js';
import { RecentPositions } from './recent-positions.js';

export interface LeasedCacheOptions {
  /** Most answers to hold; 0 holds none, and only keeps track of changes. */
  readonly maxEntries: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A slot that changed, and where in the log. */
export interface SlotChange {
  /** Undefined: the organization's slot. */
  readonly projectId: string | undefined;
  readonly integrationId: string;
  readonly position: string;
}

/** A resumed watch repeats at most what one server window holds since its last changes_through. */
const REMEMBERED_POSITIONS = 4_096;

/**
 * After this long a floor is forgotten where nothing is cached or asked: the server's own staleness
 * bound (seconds) has long made it void, and a process that lives for months must not collect them.
 */
const FLOOR_RETENTION_MS = 600_000;

/**
 * Answers for as long as they are leased, and what is known to be newer than an answer.
 *
 * The rule against resurrection: a lookup takes the {@link stampOf} its address when it is sent and
 * asks for at least the stamp's floor. Whatever is learnt meanwhile gives the address a new stamp,
 * and {@link store} wants the old one: an answer from before a change is never kept.
 */
export class LeasedCache {
  readonly #integrations = new Map<string, CachedIntegration>();
  /** In the order of arrival, which is about the order of expiry. */
  readonly #held = new Set<CachedAddress>();
  readonly #repeats = new RecentPositions(REMEMBERED_POSITIONS);
  readonly #now: () => number;
  #all: Stamp = NO_STAMP;
  #seq = 0;

  constructor(private readonly options: LeasedCacheOptions) {
    this.#now = options.now;
  }

  /** Answers held, expired ones that were not swept yet included. */
  get size(): number {
    return this.#held.size;
  }

  /** The address, when it has an answer whose lease has not ended. */
  held(projectId: string, integrationId: string): CachedAddress | undefined {
    const address = this.#integrations.get(integrationId)?.addresses.get(projectId);
    if (address === undefined || address.value === undefined) return undefined;
    return this.#now() < address.expiresAt ? address : undefined;
  }

  /** The address for a lookup on its way; {@link unpin} it afterwards. */
  pin(projectId: string, integrationId: string): CachedAddress {
    const address = this.#address(projectId, integrationId);
    address.pins += 1;
    return address;
  }

  unpin(address: CachedAddress): void {
    address.pins -= 1;
    this.#forgetIfIdle(address);
  }

  stampOf(address: CachedAddress): Stamp {
    const { stamp } = address.integration;
    const shared = stamp.seq > this.#all.seq ? stamp : this.#all;
    return address.stamp.seq > shared.seq ? address.stamp : shared;
  }

  /**
   * Keeps an answer until `expiresAt` (monotonic milliseconds), unless something newer than
   * `stamp` is known by now; says whether it did.
   */
  store(address: CachedAddress, lookup: Lookup, expiresAt: number, stamp: Stamp): boolean {
    if (this.stampOf(address).seq !== stamp.seq) return false;
    this.#release(address);
    if (this.options.maxEntries === 0 || expiresAt <= this.#now()) return false;
    address.value = lookup;
    address.promise = Promise.resolve(lookup);
    address.expiresAt = expiresAt;
    this.#held.add(address);
    if (this.#held.size > this.options.maxEntries) this.#evictOldest();
    return true;
  }

  /** From now on, answers for this address must be at least as fresh as this position. */
  raiseFloor(address: CachedAddress, position: string): void {
    if (this.stampOf(address).floor === position) return;
    address.stamp = this.#stamp(position);
    this.#release(address);
  }

  /** A slot changed. Harmless when it is told again. */
  changed({ projectId, integrationId, position }: SlotChange): void {
    if (!this.#repeats.add(position)) return;
    const stamp = this.#stamp(position);
    if (projectId !== undefined) {
      const address = this.#address(projectId, integrationId);
      address.stamp = stamp;
      this.#release(address);
      return;
    }
    const integration = this.#integration(integrationId);
    integration.stamp = stamp;
    for (const address of integration.addresses.values()) this.#release(address);
  }

  /** The watch covers what changes after this position: what was answered before it was not covered. */
  watchStarted(position: string): void {
    this.#restart(position, true);
  }

  /** Changes may have been missed: drops every answer. */
  reset(position: string): void {
    this.#restart(position, false);
  }

  /** Drops every answer and all that is known. */
  clear(): void {
    for (const address of this.#held) address.drop();
    this.#held.clear();
    this.#integrations.clear();
  }

  /** Lets go of keys whose lease ended, and of what is no longer needed to judge answers. */
  sweep(): void {
    const now = this.#now();
    for (const address of this.#held) if (address.expiresAt <= now) this.#release(address);
    for (const integration of this.#integrations.values()) {
      for (const address of integration.addresses.values()) this.#forgetIfIdle(address);
      if (integration.addresses.size === 0) this.#forgetIfOld(integration);
    }
  }

  #restart(position: string, isStart: boolean): void {
    this.#all = { ...this.#stamp(position), isStart };
    for (const address of this.#held) address.drop();
    this.#held.clear();
    this.#repeats.clear();
  }

  #stamp(position: string): Stamp {
    this.#seq += 1;
    return { seq: this.#seq, floor: position || undefined, isStart: false, madeAt: this.#now() };
  }

  #release(address: CachedAddress): void {
    if (address.value === undefined) return;
    address.drop();
    this.#held.delete(address);
  }

  #evictOldest(): void {
    for (const oldest of this.#held) {
      this.#release(oldest);
      this.#forgetIfIdle(oldest);
      return;
    }
  }

  #forgetIfIdle(address: CachedAddress): void {
    if (address.pins > 0 || address.value !== undefined || this.#counts(address.stamp)) return;
    address.integration.addresses.delete(address.projectId);
    if (address.integration.addresses.size === 0) this.#forgetIfOld(address.integration);
  }

  #forgetIfOld(integration: CachedIntegration): void {
    if (!this.#counts(integration.stamp)) this.#integrations.delete(integration.integrationId);
  }

  /** Whether a stamp still says more than the one for everything, and is recent enough to matter. */
  #counts(stamp: Stamp): boolean {
    return stamp.seq > this.#all.seq && this.#now() - stamp.madeAt < FLOOR_RETENTION_MS;
  }

  #integration(integrationId: string): CachedIntegration {
    let integration = this.#integrations.get(integrationId);
    if (integration === undefined) {
      integration = new CachedIntegration(integrationId);
      this.#integrations.set(integrationId, integration);
    }
    return integration;
  }

  #address(projectId: string, integrationId: string): CachedAddress {
    const integration = this.#integration(integrationId);
    let address = integration.addresses.get(projectId);
    if (address === undefined) {
      address = new CachedAddress(projectId, integration);
      integration.addresses.set(projectId, address);
    }
    return address;
  }
}
