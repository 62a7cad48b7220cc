import { Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import {
  STATUS_DETAILS_TRAILER,
  decodeErrorInfo,
  type KeyChangesClient,
  type WatchRequest,
  type WatchResponse__Output,
} from '@keyward/contracts';

/** A refusal or an end as a client sees it. */
export interface SeenEnd {
  readonly grpcCode: number;
  readonly details: string;
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A real gRPC client of Watch that keeps all it gets. */
export class TestClient {
  readonly messages: WatchResponse__Output[] = [];
  readonly ended: Promise<SeenEnd>;
  private readonly stream: ClientReadableStream<WatchResponse__Output>;
  private readonly waiters = new Set<() => void>();
  private hasEnded = false;

  constructor(channel: KeyChangesClient, request: WatchRequest, token: string | null) {
    const metadata = new Metadata();
    if (token !== null) metadata.set('authorization', `Bearer ${token}`);
    this.stream = channel.watch(request, metadata);
    this.stream.on('data', (message: WatchResponse__Output) => {
      this.messages.push(message);
      this.wake();
    });
    this.ended = new Promise((resolve) => {
      this.stream.on('error', (error: ServiceError) => {
        this.hasEnded = true;
        resolve(toEnd(error));
        this.wake();
      });
    });
  }

  /** Resolves with the messages once there are so many of a kind. */
  async until(kind: 'change' | 'heartbeat' | 'reset', count = 1): Promise<WatchResponse__Output[]> {
    const found = (): WatchResponse__Output[] => this.messages.filter(({ event }) => event === kind);
    while (found().length < count) {
      if (this.hasEnded) throw new Error(`the watch ended: ${JSON.stringify(await this.ended)}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
    return found();
  }

  get kinds(): (string | undefined)[] {
    return this.messages.map(({ event }) => event);
  }

  /** Positions of the changes, as tokens. */
  get positions(): string[] {
    return this.messages.flatMap(({ change }) => (change ? [change.position] : []));
  }

  /** Stops reading: from here on the messages fill the connection's window and then wait at the server. */
  stall(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  cancel(): void {
    this.stream.cancel();
  }

  private wake(): void {
    for (const waiter of this.waiters) waiter();
    this.waiters.clear();
  }
}

function toEnd({ code, details, metadata }: ServiceError): SeenEnd {
  const [trailer] = metadata?.get(STATUS_DETAILS_TRAILER) ?? [];
  const info = Buffer.isBuffer(trailer) ? decodeErrorInfo(trailer) : undefined;
  return { grpcCode: code, details, reason: info?.reason, metadata: info?.metadata ?? {} };
}
