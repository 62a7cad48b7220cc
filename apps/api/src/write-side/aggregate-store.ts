import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import { readStoredEvent, type Decider, type DomainEvent } from '@keyward/domain';
import { EventStore, canTellRevisions, type ExpectedRevision } from '@keyward/event-store';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { WriteMemory, writeName, type RememberedWrite } from './write-memory.js';

/** An aggregate as of the last event of its stream. */
export interface Loaded<State> {
  readonly state: State;
  /** What an append expects. */
  readonly revision: ExpectedRevision & (bigint | 'no_stream');
  /** Of its last event; the start of the log when there is none. */
  readonly position: LogPosition;
  readonly remembered: WriteMemory<State>;
}

type AnyDecider<State> = Pick<Decider<never, State, never>, 'initialState' | 'evolve'>;

const CACHED_AGGREGATES = 10_000;

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

  /** The write of that name, from memory, or from the log where memory may have forgotten it. */
  async recall<State>(
    { decider, stream }: { readonly decider: AnyDecider<State>; readonly stream: string },
    { remembered }: Loaded<State>,
    { actor, idempotencyKey }: { readonly actor: string; readonly idempotencyKey: string },
  ): Promise<RememberedWrite<State> | undefined> {
    const name = writeName(actor, idempotencyKey);
    const known = remembered.get(name);
    if (known || !remembered.mayHaveForgotten(name)) return known;
    const memory = new WriteMemory<State>();
    let before = decider.initialState;
    for await (const recorded of this.events.readStream(stream)) {
      const event = readStoredEvent(recorded);
      const after = decider.evolve(before, event as never);
      const isIts = event.data.actor === actor && event.data.idempotencyKey === idempotencyKey;
      if (isIts) memory.remember({ event, before, after, position: recorded.position });
      before = after;
    }
    return memory.get(name);
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
      remembered.remember({ event, before: state, after, position: at });
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

function emptyAggregate<State>(decider: AnyDecider<State>): Loaded<State> {
  return {
    state: decider.initialState,
    revision: 'no_stream',
    position: START_OF_LOG,
    remembered: new WriteMemory(),
  };
}
