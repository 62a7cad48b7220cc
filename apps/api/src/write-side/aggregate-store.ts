import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import { readStoredEvent, type Decider, type DomainEvent } from '@keyward/domain';
import { EventStore, type ExpectedRevision, type RecordedEvent } from '@keyward/event-store';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

/** A write that an Idempotency-Key names, as the stream remembers it. */
export interface RememberedWrite<State> {
  readonly digest: string | null;
  readonly before: State;
  readonly after: State;
  readonly position: LogPosition;
}

/** An aggregate as of the last event of its stream. */
export interface Loaded<State> {
  readonly state: State;
  /** What an append expects. */
  readonly revision: ExpectedRevision & (bigint | 'no_stream');
  /** Of its last event; the start of the log when there is none. */
  readonly position: LogPosition;
  /** By {@link writeName}. */
  readonly remembered: ReadonlyMap<string, RememberedWrite<State>>;
}

type AnyDecider<State> = Pick<Decider<never, State, never>, 'initialState' | 'evolve'>;

const CACHED_AGGREGATES = 10_000;

/** An actor's Idempotency-Keys are the actor's own: nobody else's repeat is taken for theirs. */
export function writeName(actor: string, idempotencyKey: string): string {
  return JSON.stringify([actor, idempotencyKey]);
}

/**
 * Folds streams. The fold is cached and every load reads on from its revision, so the cost of a
 * command does not grow with the age of its stream, and what other processes wrote is always seen.
 */
@Injectable()
export class AggregateStore {
  private readonly cache = new LRUCache<string, Loaded<unknown>>({ max: CACHED_AGGREGATES });

  constructor(private readonly events: EventStore) {}

  async load<State>(decider: AnyDecider<State>, stream: string): Promise<Loaded<State>> {
    const cached = this.cache.get(stream) as Loaded<State> | undefined;
    const from = cached && typeof cached.revision === 'bigint' ? cached.revision + 1n : 'start';
    const unseen: RecordedEvent[] = [];
    for await (const event of this.events.readStream(stream, { fromRevision: from })) unseen.push(event);
    return this.remember(decider, stream, cached ?? emptyAggregate(decider), unseen);
  }

  private remember<State>(
    decider: AnyDecider<State>,
    stream: string,
    known: Loaded<State>,
    unseen: readonly RecordedEvent[],
  ): Loaded<State> {
    const last = unseen.at(-1);
    if (!last) return known;
    const remembered = new Map(known.remembered);
    let state = known.state;
    for (const recorded of unseen) {
      const event = readStoredEvent(recorded);
      const after = decider.evolve(state, event as never);
      rememberWrite(remembered, event.data, { before: state, after, position: recorded.position });
      state = after;
    }
    const loaded = { state, revision: last.revision, position: last.position, remembered };
    this.cache.set(stream, loaded);
    return loaded;
  }
}

function rememberWrite<State>(
  remembered: Map<string, RememberedWrite<State>>,
  { actor, idempotencyKey, requestDigest: digest }: DomainEvent['data'],
  { before, after, position }: Omit<RememberedWrite<State>, 'digest'>,
): void {
  if (idempotencyKey === null) return;
  const name = writeName(actor, idempotencyKey);
  // One write may have made several events: it began before the first and ended after the last.
  const first = remembered.get(name)?.before ?? before;
  remembered.set(name, { digest, before: first, after, position });
}

function emptyAggregate<State>(decider: AnyDecider<State>): Loaded<State> {
  return {
    state: decider.initialState,
    revision: 'no_stream',
    position: START_OF_LOG,
    remembered: new Map(),
  };
}
