import { status, type ClientUnaryCall, type Metadata, type requestCallback } from '@grpc/grpc-js';
import type {
  BatchLookupRequest__Output,
  BatchLookupResponse__Output,
  Consistency as ConsistencyMessage,
  EffectiveKeysClient,
  LookupResponse__Output,
} from '@keyward/contracts';
import { backoffMs } from '../backoff.js';
import { pause, type ClientClock } from '../client-clock.js';
import { type KeywardClientError, KeywardUnavailableError, closedError } from '../client.errors.js';
import { toClientError } from '../connection/to-client-error.js';
import type { TokenSource } from '../connection/token-source.js';
import type { Consistency } from './lookup.js';
import { LookupTransport, type Answers, type Question } from './lookup-transport.port.js';

export interface GrpcLookupTransportParts {
  readonly client: EffectiveKeysClient;
  readonly tokens: TokenSource;
  readonly organizationId: string;
  readonly clock: ClientClock;
  readonly random: () => number;
  /** Told after each call: how many addresses it asked for, how long it took, and its code (`OK` or an error's). */
  readonly onCall: (call: { addresses: number; durationMs: number; code: string }) => void;
}

type BatchRequest = Pick<BatchLookupRequest__Output, 'addresses'> & { consistency: ConsistencyMessage };
type Send<T> = (callback: requestCallback<T>) => ClientUnaryCall;

/** What one question has been through. */
interface Tried {
  failures: number;
  hasRenewed: boolean;
}

const RETRIES = 2;
const RETRY_BACKOFF = { minMs: 40, maxMs: 200 };

/** Set by a server that flags old answers instead of refusing them. */
const STALE_HEADER = 'keyward-stale';

/** Asks over gRPC. One address goes by Lookup, which is cheaper than a batch of one. */
export class GrpcLookupTransport extends LookupTransport {
  readonly #parts: GrpcLookupTransportParts;
  readonly #calls = new Set<ClientUnaryCall>();
  readonly #closing = new AbortController();

  constructor(parts: GrpcLookupTransportParts) {
    super();
    this.#parts = parts;
  }

  override async ask(question: Question): Promise<Answers> {
    const tried: Tried = { failures: 0, hasRenewed: false };
    for (;;) {
      const current = this.#parts.tokens.current();
      const token = current instanceof Promise ? await this.#inTime(current, question) : current;
      try {
        return await this.#askOnce(question, token);
      } catch (error) {
        await this.#beforeRetry(toClientError(error), tried, { question, token });
      }
    }
  }

  close(): void {
    this.#closing.abort();
    for (const call of this.#calls) call.cancel();
    this.#parts.client.close();
  }

  /** Waits until it is worth trying again. @throws the refusal when it is not. */
  async #beforeRetry(
    refusal: KeywardClientError,
    tried: Tried,
    { question, token }: { question: Question; token: Metadata },
  ): Promise<void> {
    const { clock, random, tokens } = this.#parts;
    if (refusal.code === 'UNAUTHENTICATED' && !tried.hasRenewed) {
      tried.hasRenewed = true;
      if ((await this.#inTime(tokens.renew(token), question)) === undefined) throw refusal;
      return;
    }
    tried.failures += 1;
    // A read model that is behind was waited for by the server already.
    if (refusal.code !== 'UNAVAILABLE' || tried.failures > RETRIES) throw refusal;
    const hintMs = (refusal.retryAfterSeconds ?? 0) * 1_000;
    const delayMs = Math.max(hintMs, backoffMs(tried.failures, RETRY_BACKOFF, random()));
    if (clock.monotonicMs() + delayMs >= question.deadlineAt) throw refusal;
    await pause(clock, delayMs, this.#closing.signal);
  }

  /** `token()` is the caller's own code, and may take its time. */
  #inTime<T>(promise: Promise<T>, { deadlineAt }: Question): Promise<T> {
    const { clock } = this.#parts;
    return new Promise((resolve, reject) => {
      const disarm = clock.after(deadlineAt - clock.monotonicMs(), () => reject(tooLate()));
      promise.then(resolve, reject).finally(disarm);
    });
  }

  async #askOnce({ addresses, consistency, deadlineAt }: Question, token: Metadata): Promise<Answers> {
    if (this.#closing.signal.aborted) throw closedError();
    const { clock, organizationId, onCall } = this.#parts;
    const startedAt = clock.monotonicMs();
    if (startedAt >= deadlineAt) throw tooLate();
    const options = { deadline: Date.now() + (deadlineAt - startedAt) };
    const request = {
      addresses: addresses.map(({ projectId, integrationId }) => ({
        organizationId,
        projectId,
        integrationId,
      })),
      consistency: toMessage(consistency),
    };
    let code = 'OK';
    try {
      if (addresses.length === 1) return await this.#lookup(request, token, options);
      return await this.#batchLookup(request, token, options);
    } catch (error) {
      code = toClientError(error).code;
      throw error;
    } finally {
      onCall({ addresses: addresses.length, durationMs: clock.monotonicMs() - startedAt, code });
    }
  }

  async #lookup(request: BatchRequest, token: Metadata, options: { deadline: number }): Promise<Answers> {
    const { client } = this.#parts;
    const { addresses, consistency } = request;
    const single = { address: addresses[0]!, consistency };
    const { value, stale } = await this.#call<LookupResponse__Output>((done) =>
      client.lookup(single, token, options, done),
    );
    return { responses: [value], stale };
  }

  async #batchLookup(
    request: BatchRequest,
    token: Metadata,
    options: { deadline: number },
  ): Promise<Answers> {
    const { client } = this.#parts;
    const { value, stale } = await this.#call<BatchLookupResponse__Output>((done) =>
      client.batchLookup(request, token, options, done),
    );
    return { responses: value.answers, stale };
  }

  #call<T>(send: Send<T>): Promise<{ value: T; stale: boolean }> {
    return new Promise((resolve, reject) => {
      let stale = false;
      const call = send((error, value) => {
        this.#calls.delete(call);
        if (error) reject(error);
        else resolve({ value: value!, stale });
      });
      this.#calls.add(call);
      call.on('metadata', (metadata: Metadata) => (stale = metadata.get(STALE_HEADER).length > 0));
    });
  }
}

function toMessage(consistency: Consistency): ConsistencyMessage {
  if (consistency.kind === 'at_least_as_fresh') {
    const { position, withinBound = false } = consistency;
    return { atLeastAsFresh: position, withinBound };
  }
  return consistency.kind === 'fully_consistent' ? { fullyConsistent: true } : { minimizeLatency: true };
}

function tooLate(): KeywardUnavailableError {
  return new KeywardUnavailableError('DEADLINE_EXCEEDED', 'There was no answer within deadlineMs.', {
    grpcStatus: status.DEADLINE_EXCEEDED,
  });
}
