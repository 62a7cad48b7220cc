import type { LookupResponse__Output } from '@keyward/contracts';
import type { CachedAddress } from '../cache/cached-address.js';
import type { LeasedCache } from '../cache/leased-cache.js';
import type { ClientClock } from '../client-clock.js';
import { type KeywardClientError, KeywardUnavailableError, closedError } from '../client.errors.js';
import { Flight } from './flight.js';
import type { Address, Consistency, Lookup } from './lookup.js';
import type { LookupTransport, Answers } from './lookup-transport.port.js';
import { MINIMIZE_LATENCY, requirementFor, requirementKey } from './requirement.js';
import { isRefusedFloor, isRefusedForOneAddress, splitAround } from './refused-batch.js';
import { toLookup, type AnswerTerms } from './to-lookup.js';

export interface LookupEngineParts {
  readonly cache: LeasedCache;
  readonly transport: LookupTransport;
  readonly clock: ClientClock;
  readonly deadlineMs: number;
  readonly maxLeaseMs: number;
  readonly notConfiguredMs: number;
  /** Unix milliseconds, for what is shown to people. */
  readonly wallMs: () => number;
  /** Runs the callback when what came up meanwhile has been asked for too. */
  readonly soon: (callback: () => void) => void;
}

/** The server's limit on a batch. */
const MAX_BATCH = 500;

/** With more changes than this during one lookup its answer is returned, but never kept. */
const MAX_REPEATS = 4;

interface Shipment {
  readonly flights: readonly Flight[];
  readonly consistency: Consistency;
  /** How often it was split off a refused batch. */
  readonly splits: number;
}

/** Lookups that the cache cannot answer: put together into batches, each address asked for once. */
export class LookupEngine {
  readonly #flights = new Map<CachedAddress, Flight[]>();
  #waiting: Flight[] = [];
  #closed = false;

  constructor(private readonly parts: LookupEngineParts) {}

  /**
   * @returns rejects with KeywardUnavailableError when there is no answer before the deadline, with
   * KeywardClientError when the server refuses.
   */
  lookup(address: Address, asked: Consistency = MINIMIZE_LATENCY): Promise<Lookup> {
    if (this.#closed) return Promise.reject(closedError());
    const { cache } = this.parts;
    const leased = this.#leased(address, asked);
    if (leased !== undefined) return leased;
    const cached = cache.pin(address.projectId, address.integrationId);
    const flying = this.#flights.get(cached)?.find((flight) => flight.serves(asked, cache.stampOf(cached)));
    if (flying !== undefined) {
      cache.unpin(cached);
      return flying.promise;
    }
    return this.#start(address, cached, asked);
  }

  /** Rejects what is on its way. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    for (const flights of [...this.#flights.values()]) {
      for (const flight of [...flights]) this.#fail(flight, closedError());
    }
  }

  #leased(address: Address, asked: Consistency): Promise<Lookup> | undefined {
    if (asked.kind === 'fully_consistent') return undefined;
    const { cache } = this.parts;
    const held = cache.held(address.projectId, address.integrationId);
    if (held === undefined || asked.kind === 'minimize_latency') return held?.promise;
    // What is held is never older than the floor, nor than where it says it was true.
    const good = held.value?.position === asked.position || cache.stampOf(held).floor === asked.position;
    return good ? held.promise : undefined;
  }

  #start(address: Address, cached: CachedAddress, asked: Consistency): Promise<Lookup> {
    const { projectId, integrationId } = address;
    const deadlineAt = this.parts.clock.monotonicMs() + this.parts.deadlineMs;
    const flight = new Flight({ projectId, integrationId }, cached, asked, deadlineAt);
    const others = this.#flights.get(cached);
    if (others === undefined) this.#flights.set(cached, [flight]);
    else others.push(flight);
    this.#enqueue(flight);
    return flight.promise;
  }

  #enqueue(flight: Flight): void {
    flight.sent = false;
    this.#waiting.push(flight);
    if (this.#waiting.length === 1) this.parts.soon(() => this.#flush());
  }

  #flush(): void {
    const shipments = new Map<string, Flight[]>();
    for (const flight of this.#waiting) {
      flight.sent = true;
      flight.stamp = this.parts.cache.stampOf(flight.cached);
      // What is sent again has less time left, and must not take the others' away.
      const key = `${flight.repeats}${requirementKey(requirementOf(flight))}`;
      const shipment = shipments.get(key);
      if (shipment === undefined) shipments.set(key, [flight]);
      else shipment.push(flight);
    }
    this.#waiting = [];
    for (const flights of shipments.values()) {
      for (let from = 0; from < flights.length; from += MAX_BATCH) {
        const part = flights.length <= MAX_BATCH ? flights : flights.slice(from, from + MAX_BATCH);
        void this.#ship({ flights: part, consistency: requirementOf(part[0]!), splits: 0 });
      }
    }
  }

  async #ship(shipment: Shipment): Promise<void> {
    const { transport, clock } = this.parts;
    const { flights, consistency } = shipment;
    const sentAt = clock.monotonicMs();
    const sentAtMs = this.parts.wallMs();
    try {
      const deadlineAt = flights.reduce((least, flight) => Math.min(least, flight.deadlineAt), Infinity);
      const addresses = flights.map((flight) => flight.address);
      const answers = await transport.ask({ addresses, consistency, deadlineAt });
      if (answers.responses.length !== flights.length) throw wrongCount(answers, flights.length);
      const { maxLeaseMs, notConfiguredMs } = this.parts;
      const terms = { sentAt, sentAtMs, maxLeaseMs, notConfiguredMs, stale: answers.stale };
      flights.forEach((flight, i) => this.#land(flight, answers.responses[i]!, terms));
    } catch (error) {
      this.#refused(shipment, error);
    }
  }

  #land(flight: Flight, response: LookupResponse__Output, terms: AnswerTerms & { sentAt: number }): void {
    if (this.#isSuperseded(flight)) return this.#repeat(flight);
    try {
      const { lookup, leaseMs } = toLookup(response, terms);
      if (!lookup.stale) this.#keep(flight, lookup, terms.sentAt + leaseMs);
      this.#settle(flight);
      flight.resolve(lookup);
    } catch (error) {
      this.#fail(flight, error);
    }
  }

  #isSuperseded(flight: Flight): boolean {
    const { cache, clock, deadlineMs } = this.parts;
    const current = cache.stampOf(flight.cached);
    if (current.seq === flight.stamp.seq || current.isStart || flight.repeats >= MAX_REPEATS) return false;
    // Without the time for another answer this one is returned: it was true after the caller asked for it.
    return flight.deadlineAt - clock.monotonicMs() > deadlineMs / 4;
  }

  #repeat(flight: Flight): void {
    if (this.#closed) return;
    flight.repeats += 1;
    this.#enqueue(flight);
  }

  #keep(flight: Flight, lookup: Lookup, expiresAt: number): void {
    const { cache } = this.parts;
    const isFresh = cache.stampOf(flight.cached).seq === flight.stamp.seq;
    // Somebody wanted to be sure: lookups already on their way, and later ones, must not go back behind it.
    if (isFresh && flight.asked.kind !== 'minimize_latency') {
      cache.raiseFloor(flight.cached, lookup.position);
      flight.stamp = cache.stampOf(flight.cached);
    }
    cache.store(flight.cached, lookup, expiresAt, flight.stamp);
  }

  #refused(shipment: Shipment, error: unknown): void {
    const { flights, consistency } = shipment;
    if (flights.length > 1 && isRefusedForOneAddress(error)) return this.#split(shipment, error);
    for (const flight of flights) {
      if (isRefusedFloor(error, flight, consistency)) {
        flight.needsHead = true;
        this.#repeat(flight);
      } else this.#fail(flight, error);
    }
  }

  /** So that each caller gets its own answer, and not the refusal of somebody else's address. */
  #split({ flights, consistency, splits }: Shipment, error: KeywardClientError): void {
    for (const part of splitAround(flights, error, splits)) {
      void this.#ship({ flights: part, consistency, splits: splits + 1 });
    }
  }

  #fail(flight: Flight, error: unknown): void {
    this.#settle(flight);
    flight.reject(error);
  }

  #settle(flight: Flight): void {
    const flights = this.#flights.get(flight.cached);
    if (flights === undefined) return;
    const at = flights.indexOf(flight);
    if (at < 0) return;
    flights.splice(at, 1);
    if (flights.length === 0) this.#flights.delete(flight.cached);
    this.parts.cache.unpin(flight.cached);
  }
}

function requirementOf(flight: Flight): Consistency {
  if (flight.needsHead) return { kind: 'fully_consistent' };
  return requirementFor(flight.asked, flight.stamp.floor);
}

function wrongCount({ responses }: Answers, asked: number): KeywardUnavailableError {
  const sentence = `The server answered ${responses.length} of ${asked} addresses: check that target is a Keyward server.`;
  return new KeywardUnavailableError('INTERNAL', sentence);
}
