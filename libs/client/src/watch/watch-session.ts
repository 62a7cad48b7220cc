import { status, type Metadata } from '@grpc/grpc-js';
import type { WatchResponse__Output } from '@keyward/contracts';
import { backoffMs } from '../backoff.js';
import { pause, type ClientClock } from '../client-clock.js';
import { type KeywardClientError, KeywardUnavailableError } from '../client.errors.js';
import { toClientError } from '../connection/to-client-error.js';
import type { TokenSource } from '../connection/token-source.js';
import { SilenceLimit } from './silence-limit.js';
import { toWatchEvent, type WatchEvent } from './watch-event.js';
import type { OpenWatch, WatchStream } from './watch-opener.port.js';

export interface WatchObserver {
  /** A stream delivered its first message. */
  connected(changesThrough: string): void;
  /** A stream ended; the next is opened after that many milliseconds. */
  disconnected(error: KeywardClientError, retryInMs: number): void;
}

export interface WatchSessionParts {
  readonly open: OpenWatch;
  readonly tokens: TokenSource;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly afterPosition?: string;
  readonly heartbeatMs?: number;
  readonly observer?: WatchObserver;
}

const BACKOFF = { minMs: 100, maxMs: 10_000 };

/** A stream that lived this long was in order: what ends it is news, and not the same trouble again. */
const HEALTHY_AFTER_MS = 5_000;

const FATAL: ReadonlySet<number | undefined> = new Set([
  status.PERMISSION_DENIED,
  status.NOT_FOUND,
  status.INVALID_ARGUMENT,
  status.OUT_OF_RANGE,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
]);

/** One watch over as many streams as it takes: each resumes where the last one was. */
export class WatchSession {
  readonly #parts: WatchSessionParts;
  readonly #silence: SilenceLimit;
  readonly #stopping = new AbortController();
  #after: string;
  /** Whether {@link #after} was learnt from the server, and not given by the caller. */
  #isOwnPosition = false;
  #mustReset = false;
  #failures = 0;
  #openedAt = 0;
  #received = false;
  #renewed = false;
  #token: Metadata | undefined;

  constructor(parts: WatchSessionParts) {
    this.#parts = parts;
    this.#after = parts.afterPosition ?? '';
    this.#silence = new SilenceLimit(parts.heartbeatMs);
  }

  /** Ends {@link run} at once. */
  stop(): void {
    this.#stopping.abort();
  }

  /**
   * The events, without end. May be run again after it failed, and then resumes.
   * @throws KeywardClientError when the server refuses the watch for good.
   */
  async *run(): AsyncGenerator<WatchEvent, void, undefined> {
    const { signal } = this.#stopping;
    this.#renewed = false;
    while (!signal.aborted) {
      const error = yield* this.#untilItEnds();
      if (signal.aborted) return;
      const retryInMs = await this.#afterFailure(error);
      this.#parts.observer?.disconnected(error, retryInMs);
      await pause(this.#parts.clock, retryInMs, signal);
    }
  }

  /** One stream's events; returns why it ended. */
  async *#untilItEnds(): AsyncGenerator<WatchEvent, KeywardClientError, undefined> {
    try {
      this.#received = false;
      this.#openedAt = this.#parts.clock.monotonicMs();
      this.#token = await this.#freshToken();
      yield* this.#stream(this.#parts.open(this.#after, this.#token));
      return new KeywardUnavailableError('UNAVAILABLE', 'The server ended the watch.');
    } catch (error) {
      return toClientError(error);
    }
  }

  /** `token()` is the caller's own code: one that hangs must not hold up the watch, nor its end. */
  #freshToken(): Promise<Metadata> {
    const { tokens, clock } = this.#parts;
    const { signal } = this.#stopping;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(new KeywardUnavailableError('TOKEN_UNAVAILABLE', 'token() did not answer in time.'));
      };
      const disarm = clock.after(this.#silence.ms, giveUp);
      signal.addEventListener('abort', giveUp);
      void Promise.resolve(tokens.current())
        .then(resolve, reject)
        .finally(() => {
          disarm();
          signal.removeEventListener('abort', giveUp);
        });
    });
  }

  async *#stream(stream: WatchStream): AsyncGenerator<WatchEvent, void, undefined> {
    const cancel = (): void => stream.cancel();
    const { signal } = this.#stopping;
    signal.addEventListener('abort', cancel);
    this.#silence.opened();
    try {
      if (signal.aborted) return;
      const messages = stream[Symbol.asyncIterator]();
      for (;;) {
        const next = await this.#next(messages, stream);
        if (next.done === true) return;
        yield this.#receive(next.value);
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  /** Time runs only while we wait: a consumer that takes long over an event does not make the server silent. */
  async #next(
    messages: AsyncIterator<WatchResponse__Output>,
    stream: WatchStream,
  ): Promise<IteratorResult<WatchResponse__Output>> {
    let isSilent = false;
    const disarm = this.#parts.clock.after(this.#silence.ms, () => {
      isSilent = true;
      stream.cancel();
    });
    try {
      return await messages.next();
    } catch (error) {
      if (!isSilent) throw error;
      const silence = `The watch was silent for ${this.#silence.ms} ms`;
      this.#silence.exceeded();
      throw new KeywardUnavailableError('WATCH_SILENT', `${silence} and is opened again.`);
    } finally {
      disarm();
    }
  }

  #receive(message: WatchResponse__Output): WatchEvent {
    const event = toWatchEvent(message);
    if (event.kind === 'heartbeat') this.#silence.heartbeat(this.#parts.clock.monotonicMs());
    if (event.changesThrough !== '') {
      this.#after = event.changesThrough;
      this.#isOwnPosition = true;
    }
    if (!this.#received) {
      this.#received = true;
      this.#renewed = false;
      this.#parts.observer?.connected(event.changesThrough);
    }
    if (!this.#mustReset) return event;
    this.#mustReset = false;
    // Whatever came first: between the lost position and this one anything may have changed.
    return { kind: 'reset', changesThrough: event.changesThrough };
  }

  /** Milliseconds until the next stream. @throws the error when there is none. */
  async #afterFailure(error: KeywardClientError): Promise<number> {
    const { clock, random } = this.#parts;
    if (error.grpcStatus === status.UNAUTHENTICATED && (await this.#renewToken())) return 0;
    if (this.#isLostPosition(error)) {
      this.#after = '';
      this.#isOwnPosition = false;
      this.#mustReset = true;
    } else if (FATAL.has(error.grpcStatus)) throw error;
    const lived = clock.monotonicMs() - this.#openedAt;
    this.#failures = this.#received && lived >= HEALTHY_AFTER_MS ? 1 : this.#failures + 1;
    const delayMs = backoffMs(this.#failures, BACKOFF, random());
    return Math.max(delayMs, (error.retryAfterSeconds ?? 0) * 1_000);
  }

  /** Once per stream that delivered something: a token ran out. A new one that is refused too is final. */
  async #renewToken(): Promise<boolean> {
    if (this.#renewed || this.#token === undefined) return false;
    this.#renewed = true;
    try {
      return (await this.#parts.tokens.renew(this.#token)) !== undefined;
    } catch {
      // token() is asked again when the next stream is opened, with backoff.
      return true;
    }
  }

  /** The server does not know a position that it handed out: its log was replaced. */
  #isLostPosition({ grpcStatus }: KeywardClientError): boolean {
    const isRefused = grpcStatus === status.INVALID_ARGUMENT || grpcStatus === status.OUT_OF_RANGE;
    return isRefused && this.#isOwnPosition;
  }
}
