import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardError, encodePosition, type LogPosition } from '@keyward/contracts';
import {
  SCHEMA_VERSION,
  type Decider,
  type Decision,
  type DomainEvent,
  type Provenance,
} from '@keyward/domain';
import { EventStore, type StreamAppend } from '@keyward/event-store';
import { Clock, Tracing, inSpan } from '@keyward/runtime';
import { Injectable } from '@nestjs/common';
import { AggregateStore, type Loaded } from './aggregate-store.js';
import { DurableAppender } from './durable-appender.js';
import { NoOpMemory } from './no-op-memory.js';
import { StreamTurns } from './stream-turns.js';
import { derivedUuid, idempotencyKeyReused, type WriteAnswer, type WriteRequest } from './write-request.js';
import { WriteHorizon } from './write-horizon.js';
import type { RememberedWrite } from './write-memory.js';

/** One write, told to the executor. */
export interface Write<State, Event extends DomainEvent, Answer> {
  readonly stream: string;
  readonly decider: Pick<Decider<never, State, Event>, 'initialState' | 'evolve'>;
  readonly request: WriteRequest;
  /** See {@link requestDigest}. */
  readonly digest: string;
  /** Policy and decision, on fresh state; called again when another write came first. */
  decide(state: State, provenance: Provenance): Promise<Decision<Event>>;
  /** What must be in the log before the events, such as the sealed key that they name. */
  appendFirst?(events: readonly Event[]): Promise<readonly StreamAppend[]>;
  /** The answer to the caller, from the state before and after. */
  answer(before: State, after: State): Answer;
}

const MAX_CONFLICTS = 20;

/**
 * The one way by which commands reach the log: load, recognise a repeat, decide, append at the
 * expected revision, answer with the position. Safe to repeat at every point.
 */
@Injectable()
export class WriteExecutor {
  private readonly turns = new StreamTurns();

  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  constructor(
    private readonly events: EventStore,
    private readonly aggregates: AggregateStore,
    private readonly appender: DurableAppender,
    private readonly noOps: NoOpMemory,
    private readonly horizon: WriteHorizon,
    private readonly clock: Clock,
    private readonly tracing: Tracing,
  ) {}

  execute<State, Event extends DomainEvent, Answer extends object>(
    write: Write<State, Event, Answer>,
  ): Promise<Answer & WriteAnswer> {
    return inSpan(this.tracing.child('command'), () =>
      this.turns.take(write.stream, () => this.executeInTurn(write)),
    );
  }

  private async executeInTurn<State, Event extends DomainEvent, Answer extends object>(
    write: Write<State, Event, Answer>,
  ): Promise<Answer & WriteAnswer> {
    const identity = randomUUID();
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
      const loaded = await this.aggregates.load(write.decider, write.stream);
      const first = await this.firstAnswer(write, loaded);
      if (first) return first;
      const answer = await this.attempt(write, loaded, identity);
      if (answer) return answer;
      await sleep(Math.random() * 2 ** Math.min(conflicts, 6));
    }
    throw new KeywardError('UNAVAILABLE', 'Too many writes to the same key at the same moment. Try again.', {
      retryAfterSeconds: 1,
    });
  }

  /** Undefined when another write came first. */
  private async attempt<State, Event extends DomainEvent, Answer extends object>(
    write: Write<State, Event, Answer>,
    loaded: Loaded<State>,
    identity: string,
  ): Promise<(Answer & WriteAnswer) | undefined> {
    const decision = await write.decide(loaded.state, this.provenance(write));
    throwIfRefused(decision);
    const { events } = decision;
    if (events.length === 0) return this.answerNoOp(write, loaded);
    const first = (await write.appendFirst?.(events)) ?? [];
    const main = {
      stream: write.stream,
      expectedRevision: loaded.revision,
      events: envelopes(write, events, { identity, traceparent: this.tracing.traceparent() }),
    };
    const position = await this.appender.append([...first, main]);
    if (!position) return undefined;
    const { state } = this.aggregates.appended(write, loaded, events, position);
    return this.answered(write.answer(loaded.state, state), position, true);
  }

  private async firstAnswer<State, Event extends DomainEvent, Answer extends object>(
    write: Write<State, Event, Answer>,
    loaded: Loaded<State>,
  ): Promise<(Answer & WriteAnswer) | undefined> {
    const { actor, idempotencyKey } = write.request;
    if (idempotencyKey === null) return undefined;
    const made = await this.aggregates.recall(write, loaded, { actor, idempotencyKey });
    if (made) return this.repeat(write, made);
    return this.noOps.recall<Answer & WriteAnswer>(write.stream, write.request, write.digest);
  }

  private repeat<State, Event extends DomainEvent, Answer extends object>(
    write: Write<State, Event, Answer>,
    made: RememberedWrite<State>,
  ): Answer & WriteAnswer {
    if (made.digest !== write.digest) throw idempotencyKeyReused();
    return this.answered(write.answer(made.before, made.after), made.position, true);
  }

  private async answerNoOp<State, Event extends DomainEvent, Answer extends object>(
    write: Write<State, Event, Answer>,
    { state, position }: Loaded<State>,
  ): Promise<Answer & WriteAnswer> {
    const answer = this.answered(write.answer(state, state), position, false);
    await this.noOps.remember(write.stream, write.request, write.digest, answer);
    return answer;
  }

  private answered<Answer extends object>(
    answer: Answer,
    position: LogPosition,
    changed: boolean,
  ): Answer & WriteAnswer {
    this.horizon.advance(position);
    return { ...answer, position: encodePosition(this.events.storeId, position), changed };
  }

  private provenance({ request, digest }: { request: WriteRequest; digest: string }): Provenance {
    const { actor, actorKind, reason, idempotencyKey, expectedVersion } = request;
    return {
      actor,
      actorKind,
      occurredAt: this.clock.now().toISOString(),
      reason,
      idempotencyKey,
      requestDigest: idempotencyKey === null ? null : digest,
      expectedVersion,
    };
  }
}

/** A refusal of the domain, as the error that the edge turns into a problem. */
export function throwIfRefused<Event>(
  decision: Decision<Event> | null,
): asserts decision is Exclude<typeof decision, { kind: 'refused' }> {
  if (decision?.kind !== 'refused') return;
  const { code, detail, metadata } = decision.refusal;
  throw new KeywardError(code, detail, metadata ? { metadata } : {});
}

/**
 * Ids derive from the Idempotency-Key, so that a repeat after an unknown outcome cannot write twice;
 * and from the digest, so that another request under the same key is never taken for that repeat.
 */
function envelopes(
  { stream, request, digest }: { stream: string; request: WriteRequest; digest: string },
  events: readonly DomainEvent[],
  { identity, traceparent }: { readonly identity: string; readonly traceparent: string | undefined },
): StreamAppend['events'] {
  const { actor, idempotencyKey } = request;
  const seed = idempotencyKey === null ? [identity] : [actor, idempotencyKey, digest];
  return events.map(({ type, data }, index) => ({
    id: derivedUuid('event', stream, ...seed, String(index)),
    type,
    data: data,
    // The same at each attempt of one request, and no part of the id: who repeats it has another one.
    metadata: { schemaVersion: SCHEMA_VERSION, ...(traceparent !== undefined && { traceparent }) },
  }));
}
