import { Metadata, credentials, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import {
  STATUS_DETAILS_TRAILER,
  decodeErrorInfo,
  keywardGrpc,
  type KeyChangesClient,
  type WatchRequest,
  type WatchResponse__Output,
} from '@keyward/contracts';

/** How a stream ended, as its client sees it; `reason` is that of the ErrorInfo, which only Keyward itself sends. */
export interface StreamEnd {
  readonly code: number;
  readonly details: string;
  readonly reason: string | undefined;
}

/** A channel that comes back soon after its server has. */
export function keyChangesOf(target: string): KeyChangesClient {
  return new keywardGrpc.keyward.v1.KeyChanges(target, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 200,
  });
}

/** One stream of Watch, without the SDK's resuming; keeps what it got. */
export class WatchStream {
  readonly messages: WatchResponse__Output[] = [];
  readonly ended: Promise<StreamEnd>;
  private readonly call: ClientReadableStream<WatchResponse__Output>;

  constructor(client: KeyChangesClient, request: WatchRequest, token: string) {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    this.call = client.watch(request, metadata);
    this.call.on('data', (message: WatchResponse__Output) => this.messages.push(message));
    this.ended = new Promise((resolve) => {
      this.call.on('error', (error: ServiceError) => resolve(endOf(error)));
      this.call.on('end', () => resolve({ code: 0, details: '', reason: undefined }));
    });
  }

  /** Resolves once there is a message. */
  async opened(): Promise<void> {
    if (this.messages.length > 0) return;
    await Promise.race([
      new Promise((resolve) => this.call.once('data', resolve)),
      this.ended.then(({ details }) => Promise.reject(new Error(`the watch ended: ${details}`))),
    ]);
  }

  cancel(): void {
    this.call.cancel();
  }
}

function endOf({ code, details, metadata }: ServiceError): StreamEnd {
  const [trailer] = metadata?.get(STATUS_DETAILS_TRAILER) ?? [];
  return { code, details, reason: Buffer.isBuffer(trailer) ? decodeErrorInfo(trailer)?.reason : undefined };
}
