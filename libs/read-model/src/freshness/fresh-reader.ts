import { KeywardError, comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import { canWaitForPosition, type ReadModel, type ReadModelStatus } from '../read-model.port.js';
import { jitteredPause, orAborted, withDeadline } from './deadline.js';
import { invalidRequirement, type ReadRequirement } from './read-requirement.js';
import type { StalenessMonitor } from './staleness-monitor.js';

/** What becomes of an answer that has to be inside the bound and may be older. */
export type StaleAnswers = 'refuse' | 'flag';

export interface FreshReaderOptions {
  readonly readModel: ReadModel;
  readonly events: Pick<EventStore, 'head'>;
  readonly monitor: StalenessMonitor;
  readonly staleAnswers: StaleAnswers;
}

interface Answer {
  readonly status: ReadModelStatus;
}
export type Judged<T> = T & {
  /** The answer may be older than the staleness bound; only ever true when such answers are flagged. */
  readonly stale: boolean;
};
type MustReach = Exclude<ReadRequirement, { kind: 'minimize_latency' }>;

const RETRY_AFTER_SECONDS = 1;
const POLL_MS = 10;
const DEFAULT_FIELD = 'at_least_as_fresh';

/** Reads that keep their promise of freshness, or are refused; never an older answer. */
export class FreshReader {
  constructor(private readonly options: FreshReaderOptions) {}

  /**
   * Reads once, and again once the read model has caught up if that first answer is not fresh enough.
   * @param deadlineMs longest wait, in milliseconds from now
   * @param readOnce gives an object of its own each time
   * @throws KeywardError UNAVAILABLE while the read model is not ready, STALE_READ_MODEL when the answer
   * would be too old, INVALID_REQUEST for a position that the log has not come to
   */
  read<T extends Answer>(
    requirement: ReadRequirement,
    deadlineMs: number,
    readOnce: () => Promise<T>,
  ): Promise<Judged<T>> {
    return requirement.kind === 'minimize_latency'
      ? readOnce().then(this.judge)
      : this.readFresh(requirement, deadlineMs, readOnce);
  }

  /** Made once: the way of most reads creates no closure. */
  private readonly judge = <T extends Answer>(answer: T): Judged<T> => {
    mustBeReady(answer.status);
    const stale = this.options.monitor.isStale(answer.status.heartbeat);
    if (stale && this.options.staleAnswers === 'refuse') {
      throw staleReadModel('The read model has not confirmed to be up to date within the staleness bound.');
    }
    // The answer is this read's own. A copy by spread would cost a tenth of a whole lookup.
    return Object.assign(answer, { stale });
  };

  private async readFresh<T extends Answer>(
    requirement: MustReach,
    deadlineMs: number,
    readOnce: () => Promise<T>,
  ): Promise<Judged<T>> {
    if (requirement.kind === 'at_least_as_fresh') {
      const answer = await readOnce();
      if (reaches(answer, requirement.position)) return this.judgeReached(requirement, answer);
    }
    return withDeadline(deadlineMs, notReachedInTime, async (signal) => {
      const position = await this.positionToReach(requirement, signal);
      return this.judgeReached(requirement, await this.readAt(position, signal, readOnce));
    });
  }

  /** What happened after the position that was asked for, only a beat can tell. */
  private judgeReached<T extends Answer>(requirement: MustReach, answer: T): Judged<T> {
    const isHeldToBound = requirement.kind === 'at_least_as_fresh' && requirement.withinBound === true;
    return isHeldToBound ? this.judge(answer) : { ...answer, stale: false };
  }

  /** The log is asked only here, so that a read which need not wait needs no log. */
  private async positionToReach(requirement: MustReach, signal: AbortSignal): Promise<LogPosition> {
    const head = await orAborted(this.options.events.head(), signal).catch((error: unknown) => {
      // A log that is out of reach cannot vouch for the position; the read model may still come to it.
      if (signal.aborted || requirement.kind === 'fully_consistent') throw logUnavailable(error);
      return requirement.position;
    });
    if (requirement.kind === 'fully_consistent') return head;
    if (comparePositions(requirement.position, head) > 0) {
      throw invalidRequirement(
        requirement.field ?? DEFAULT_FIELD,
        'is a position that the event log has not come to: pass one back exactly as it was received',
      );
    }
    return requirement.position;
  }

  private async readAt<T extends Answer>(
    position: LogPosition,
    signal: AbortSignal,
    readOnce: () => Promise<T>,
  ): Promise<T> {
    const { readModel } = this.options;
    for (;;) {
      if (canWaitForPosition(readModel)) await readModel.waitFor(position, signal);
      const answer = await orAborted(readOnce(), signal);
      if (reaches(answer, position)) return answer;
      await jitteredPause(POLL_MS, signal);
    }
  }
}

function reaches({ status }: Answer, position: LogPosition): boolean {
  mustBeReady(status);
  return comparePositions(status.position, position) >= 0;
}

function mustBeReady({ ready }: ReadModelStatus): void {
  if (ready) return;
  throw new KeywardError(
    'UNAVAILABLE',
    'The read model is still being built from the event log. Try again.',
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  );
}

function notReachedInTime(): KeywardError {
  return staleReadModel('The read model did not reach the position asked for in time.');
}

function staleReadModel(problem: string): KeywardError {
  return new KeywardError('STALE_READ_MODEL', `${problem} Try again.`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function logUnavailable(error: unknown): unknown {
  if (error instanceof KeywardError) return error;
  return new KeywardError(
    'UNAVAILABLE',
    'The event log, which a fully consistent read asks first, is out of reach. Try again.',
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    },
  );
}
