import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import { readStoredEvent, type Decider, type DomainEvent } from '@keyward/domain';
import { EventStore, canTellRevisions, type ExpectedRevision } from '@keyward/event-store';
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
  readonly remembered: Map<string, RememberedWrite<State>>;
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
 * Where the log can tell that nothing was written since, not even that is read.
 */
@Injectable()
export class AggregateStore {
  private readonly cache = new LRUCache<string, Loaded<unknown>>({ max: CACHED_AGGREGATES });

  constructor(private readonly events: EventStore) {}

  async load<State>(decider: AnyDecider<State>, stream: string): Promise<Loaded<State>> {
    const known = (this.cache.get(stream) as Loaded<State> | undefined) ?? emptyAggregate(decider);
    if (this.isCurrent(stream, known)) return known;
    const unseen: Unseen[] = [];
    let { revision } = known;
    const fromRevision = revision === 'no_stream' ? 'start' : revision + 1n;
    for await (const recorded of this.events.readStream(stream, { fromRevision })) {
      unseen.push({ event: readStoredEvent(recorded), position: recorded.position });
      revision = recorded.revision;
    }
    return unseen.length === 0 ? known : this.fold({ decider, stream, known, unseen, revision });
  }

  /** Goes on from what was loaded by events that were just appended to it, without reading them back. */
  appended<State>(
    { decider, stream }: { readonly decider: AnyDecider<State>; readonly stream: string },
    known: Loaded<State>,
    events: readonly DomainEvent[],
    position: LogPosition,
  ): Loaded<State> {
    const revision = (known.revision === 'no_stream' ? -1n : known.revision) + BigInt(events.length);
    const unseen = events.map((event) => ({ event, position }));
    return this.fold({ decider, stream, known, unseen, revision });
  }

  private isCurrent(stream: string, { revision }: Loaded<unknown>): boolean {
    return canTellRevisions(this.events) && this.events.lastRevision(stream) === revision;
  }

  private fold<State>({ decider, stream, known, unseen, revision }: Fold<State>): Loaded<State> {
    // Shared by all folds of a stream, for a copy would cost more with every write that it remembers.
    const { remembered } = known;
    let { state, position } = known;
    for (const { event, position: at } of unseen) {
      const after = decider.evolve(state, event as never);
      rememberWrite(remembered, event.data, { before: state, after, position: at });
      [state, position] = [after, at];
    }
    const loaded = { state, revision, position, remembered };
    this.cache.set(stream, loaded);
    return loaded;
  }
}

interface Unseen {
  readonly event: DomainEvent;
  readonly position: LogPosition;
}

interface Fold<State> {
  readonly decider: AnyDecider<State>;
  readonly stream: string;
  readonly known: Loaded<State>;
  readonly unseen: readonly Unseen[];
  /** Of the last of the unseen events. */
  readonly revision: Loaded<State>['revision'];
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
