import { setTimeout as sleep } from 'node:timers/promises';
import {
  KeywardError,
  encodePosition,
  slotAttributes,
  type LogPosition,
  type SpanAttributes,
} from '@keyward/contracts';
import { EventStore, canAppendAtomically, isEventStoreError, type StreamAppend } from '@keyward/event-store';
import { Clock, Metrics, Tracing, inSpan, type CounterMetric } from '@keyward/runtime';
import { Injectable } from '@nestjs/common';

const UNKNOWN_OUTCOME_RETRIES = 8;
/** A frozen log takes seconds for each retry; a caller who waits longer than this has gone. */
const LONGEST_DOUBT_MS = 10_000;
const RETRY_LABELS = { reason: ['unknown_outcome', 'conflict'] } as const;

/** Appends until the outcome is known, with the same event ids and expected revisions each time. */
@Injectable()
export class DurableAppender {
  private readonly retriesTotal: CounterMetric<typeof RETRY_LABELS>;

  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
    metrics: Metrics,
    private readonly tracing: Tracing,
  ) {
    this.retriesTotal = metrics.counter({
      name: 'keyward_append_retries_total',
      help: 'Appends to make again. unknown_outcome: the event log did not say whether it took the last one; conflict: another write came first.',
      labels: RETRY_LABELS,
    });
  }

  /** Position of the last append, or undefined when the last stream was not at its expected revision. */
  append(appends: readonly StreamAppend[]): Promise<LogPosition | undefined> {
    const span = this.tracing.child('append');
    return inSpan(span, async () => {
      const position = await this.appendUntilKnown(appends);
      if (position) span.set(() => this.attributesOf(appends, position));
      return position;
    });
  }

  private attributesOf(appends: readonly StreamAppend[], position: LogPosition): SpanAttributes {
    const { type, data } = appends.at(-1)!.events.at(-1)!;
    return {
      ...slotAttributes(data),
      'keyward.event_type': type,
      'keyward.position': encodePosition(this.events.storeId, position),
    };
  }

  private async appendUntilKnown(appends: readonly StreamAppend[]): Promise<LogPosition | undefined> {
    const begun = this.clock.monotonicMs();
    let inDoubt = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.appendOnce(appends);
      } catch (error) {
        if (isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) return this.conflict();
        // A log that went away after an attempt of unknown outcome may well hold what that one sent.
        inDoubt ||= isEventStoreError(error, 'UNKNOWN_OUTCOME');
        if (!inDoubt) throw notWritten(error);
        if (attempt === UNKNOWN_OUTCOME_RETRIES || this.clock.monotonicMs() - begun > LONGEST_DOUBT_MS)
          throw outcomeUnknown(error);
        this.retriesTotal.inc({ reason: 'unknown_outcome' });
        await sleep((0.5 + Math.random()) * 10 * 2 ** attempt);
      }
    }
  }

  private conflict(): undefined {
    this.retriesTotal.inc({ reason: 'conflict' });
  }

  private async appendOnce(appends: readonly StreamAppend[]): Promise<LogPosition> {
    if (canAppendAtomically(this.events)) return (await this.events.appendAll(appends)).at(-1)!.position;
    // In order, so that being cut off leaves at most a sealed key that no event names.
    let position: LogPosition | undefined;
    for (const append of appends) position = (await this.events.append(append)).position;
    return position!;
  }
}

function notWritten(cause: unknown): unknown {
  if (!isEventStoreError(cause, 'UNAVAILABLE')) return cause;
  return new KeywardError('UNAVAILABLE', 'The event log is out of reach; nothing was written. Try again.', {
    retryAfterSeconds: 1,
    cause,
  });
}

function outcomeUnknown(cause: unknown): KeywardError {
  return new KeywardError(
    'UNAVAILABLE',
    'The event log did not say whether the write was recorded. Repeat it with the same Idempotency-Key: it takes effect once.',
    { retryAfterSeconds: 1, cause },
  );
}
