import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {
  ERROR_CODES,
  KeywardError,
  STATUS_DETAILS_TRAILER,
  encodeErrorInfo,
  keywardGrpc,
  type BatchLookupRequest__Output,
  type BatchLookupResponse,
  type Consistency__Output,
  type ErrorCode,
  type KeyAddress__Output,
  type LookupRequest__Output,
  type LookupResponse,
  type WatchRequest__Output,
  type WatchResponse,
} from '@keyward/contracts';

/** One call of Lookup or BatchLookup as the server saw it. */
export interface SeenCall {
  readonly method: 'lookup' | 'batchLookup';
  readonly addresses: readonly string[];
  readonly consistency: Consistency__Output | null;
  readonly token: string;
}

type Answer = (address: KeyAddress__Output, call: SeenCall) => LookupResponse | Promise<LookupResponse>;

/** A stream that a client opened, for the test to write to. */
export interface SeenWatch {
  readonly request: WatchRequest__Output;
  readonly token: string;
  send(message: WatchResponse): void;
  fail(error: KeywardError): void;
  end(): void;
  isCancelled(): boolean;
}

/** A gRPC server on loopback that answers as a test says. */
export class ScriptedServer {
  readonly calls: SeenCall[] = [];
  readonly watches: SeenWatch[] = [];
  /** What to answer for one address; throw a KeywardError to refuse. */
  answer: Answer = (address) => foundAnswer(`secret-of-${address.projectId}`);
  /** What to do with a stream that is opened. */
  onWatch: (watch: SeenWatch) => void = (watch) => watch.send({ changesThrough: 'start', heartbeat: {} });
  /** Flags every answer as stale. */
  isStale = false;
  readonly #server = new Server();
  #port = 0;

  get target(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(port = 0): Promise<this> {
    const { EffectiveKeys, KeyChanges } = keywardGrpc.keyward.v1;
    this.#server.addService(EffectiveKeys.service, {
      Lookup: (
        call: ServerUnaryCall<LookupRequest__Output, LookupResponse>,
        done: sendUnaryData<LookupResponse>,
      ) => void this.#lookup(call, done),
      BatchLookup: (
        call: ServerUnaryCall<BatchLookupRequest__Output, BatchLookupResponse>,
        done: sendUnaryData<BatchLookupResponse>,
      ) => void this.#batchLookup(call, done),
    });
    this.#server.addService(KeyChanges.service, {
      Watch: (call: ServerWritableStream<WatchRequest__Output, WatchResponse>) => this.#watch(call),
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return this;
  }

  /** Cuts everything off, as a killed process would. */
  stop(): void {
    this.#server.forceShutdown();
  }

  async #lookup(
    call: ServerUnaryCall<LookupRequest__Output, LookupResponse>,
    done: sendUnaryData<LookupResponse>,
  ): Promise<void> {
    const { address, consistency } = call.request;
    try {
      const seen = this.#see('lookup', call, { addresses: [address!], consistency });
      done(null, await this.answer(address!, seen));
    } catch (error) {
      done(refusal(error));
    }
  }

  async #batchLookup(
    call: ServerUnaryCall<BatchLookupRequest__Output, BatchLookupResponse>,
    done: sendUnaryData<BatchLookupResponse>,
  ): Promise<void> {
    const seen = this.#see('batchLookup', call, call.request);
    const answers: LookupResponse[] = [];
    for (const [index, address] of call.request.addresses.entries()) {
      try {
        answers.push(await this.answer(address, seen));
      } catch (error) {
        return done(refusal(error, index));
      }
    }
    done(null, { answers });
  }

  #see(
    method: SeenCall['method'],
    call: ServerUnaryCall<unknown, unknown>,
    { addresses, consistency }: BatchLookupRequest__Output,
  ): SeenCall {
    const names = addresses.map(
      ({ organizationId, projectId, integrationId }) => `${organizationId}/${projectId}/${integrationId}`,
    );
    const seen = { method, addresses: names, consistency, token: tokenOf(call.metadata) };
    this.calls.push(seen);
    if (this.isStale) {
      const flagged = new Metadata();
      flagged.set('keyward-stale', 'true');
      call.sendMetadata(flagged);
    }
    return seen;
  }

  #watch(call: ServerWritableStream<WatchRequest__Output, WatchResponse>): void {
    let cancelled = false;
    call.on('cancelled', () => (cancelled = true));
    const watch: SeenWatch = {
      request: call.request,
      token: tokenOf(call.metadata),
      send: (message) => void call.write(message),
      fail: (error) => void call.emit('error', refusal(error)),
      end: () => call.end(),
      isCancelled: () => cancelled,
    };
    this.watches.push(watch);
    this.onWatch(watch);
  }
}

/** "found", with a lease of a minute. */
export function foundAnswer(
  secret: string,
  more: { leaseSeconds?: number; position?: string } = {},
): LookupResponse {
  return {
    key: {
      secret: Buffer.from(secret),
      source: 'SOURCE_PROJECT',
      version: 1,
      keyId: 'key-1',
      fingerprint: 'fingerprint-1',
      setAt: { seconds: 1_700_000_000, nanos: 500_000_000 },
      lease: { seconds: more.leaseSeconds ?? 60, nanos: 0 },
    },
    position: more.position ?? 'answered-at',
  };
}

export function refuse(code: ErrorCode, metadata: Record<string, string> = {}): KeywardError {
  return new KeywardError(code, `Refused with ${code}.`, { metadata });
}

function tokenOf(metadata: Metadata): string {
  return String(metadata.get('authorization')[0] ?? '');
}

function refusal(error: unknown, index?: number): { code: number; details: string; metadata: Metadata } {
  const {
    code,
    message,
    metadata: said,
  } = error instanceof KeywardError ? error : new KeywardError('INTERNAL', String(error));
  const grpcCode = ERROR_CODES[code].grpc;
  const info = { ...said, ...(index === undefined ? {} : { index: String(index) }) };
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_TRAILER, encodeErrorInfo(grpcCode, message, code, info));
  return { code: grpcCode, details: message, metadata };
}
