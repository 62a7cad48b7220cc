import { ReadModelFullError, ReadModelUnavailableError } from '../read-model.errors.js';
import { CircuitBreaker, type BreakerState } from './circuit-breaker.js';

export interface GuardedCallsOptions {
  /** Longest that a call may take, in milliseconds. */
  readonly timeoutMs: number;
  /** So many calls at once; more are refused at once. */
  readonly maxInFlight: number;
  readonly onBreaker: (state: BreakerState) => void;
}

const FAILURES_TO_OPEN = 5;
const MIN_OPEN_MS = 100;
const MAX_OPEN_MS = 2_000;

/** Each call ends in time, with an outcome or an error; and none waits for a store that is known to hang. */
export class GuardedCalls {
  private readonly breaker: CircuitBreaker;
  private inFlight = 0;

  constructor(private readonly options: GuardedCallsOptions) {
    this.breaker = new CircuitBreaker({
      now: () => performance.now(),
      random: Math.random,
      onState: options.onBreaker,
      failures: FAILURES_TO_OPEN,
      minOpenMs: MIN_OPEN_MS,
      maxOpenMs: MAX_OPEN_MS,
    });
  }

  get state(): BreakerState {
    return this.breaker.state;
  }

  /** @throws ReadModelUnavailableError */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.inFlight >= this.options.maxInFlight) throw new ReadModelUnavailableError('is overloaded');
    if (!this.breaker.admits())
      throw new ReadModelUnavailableError('does not answer and is left alone for a moment');
    this.inFlight += 1;
    try {
      const outcome = await this.inTime(call);
      this.breaker.succeeded();
      return outcome;
    } catch (error) {
      // An error that Redis itself answered shows that it is there.
      if (isReply(error)) this.breaker.succeeded();
      else this.breaker.failed();
      throw withoutCommand(error);
    } finally {
      this.inFlight -= 1;
    }
  }

  private inTime<T>(call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { timeoutMs } = this.options;
      const timer = setTimeout(
        () => reject(new ReadModelUnavailableError(`did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      call()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** ioredis hangs the command with all its arguments on its errors: what is logged must not have them. */
function withoutCommand(error: unknown): Error {
  if (error instanceof ReadModelUnavailableError) return error;
  const message = error instanceof Error ? error.message : 'failed';
  if (isReply(error))
    return message.startsWith('OOM ') ? new ReadModelFullError() : new RedisReplyError(message);
  return new ReadModelUnavailableError(`is out of reach (${message})`);
}

/** An error that Redis answered; `reply` begins with its kind, as `WRONGTYPE`. */
export class RedisReplyError extends ReadModelUnavailableError {
  constructor(readonly reply: string) {
    super(`is refused by Redis: ${reply}`);
    this.name = 'RedisReplyError';
  }
}
