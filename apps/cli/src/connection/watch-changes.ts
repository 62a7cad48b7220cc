import { Metadata, credentials, status, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import {
  STATUS_DETAILS_TRAILER,
  decodeErrorInfo,
  keywardGrpc,
  type WatchRequest,
  type WatchResponse__Output,
} from '@keyward/contracts';
import { CliError, refusedByServer } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import type { Connection } from './connection.js';

export interface WatchParts {
  readonly connection: Connection;
  readonly token: string;
  readonly request: WatchRequest;
  /** Ends the watch in order. */
  readonly interrupted: AbortSignal;
}

/**
 * The messages of one watch, without resuming: where it breaks off, a person or a script decides.
 * Ends when interrupted or when the server ends it. @throws CliError
 */
export async function* watchChanges(parts: WatchParts): AsyncGenerator<WatchResponse__Output> {
  const { connection, token, request, interrupted } = parts;
  if (interrupted.aborted) return;
  const secure = connection.grpcTls ? credentials.createSsl() : credentials.createInsecure();
  const client = new keywardGrpc.keyward.v1.KeyChanges(connection.grpcTarget, secure);
  const call = client.Watch(request, metadataOf(token));
  const cancel = (): void => call.cancel();
  interrupted.addEventListener('abort', cancel, { once: true });
  try {
    yield* call as ClientReadableStream<WatchResponse__Output> & AsyncIterable<WatchResponse__Output>;
  } catch (error) {
    if (!interrupted.aborted) throw toError(error as ServiceError, connection);
  } finally {
    interrupted.removeEventListener('abort', cancel);
    call.cancel();
    client.close();
  }
}

function metadataOf(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

function toError(error: ServiceError, { grpcTarget }: Connection): CliError {
  const [details] = error.metadata?.get(STATUS_DETAILS_TRAILER) ?? [];
  const info = details instanceof Buffer ? decodeErrorInfo(details) : undefined;
  if (info) return refusedByServer({ code: info.reason, detail: error.details, context: info.metadata });
  const isAway = error.code === status.UNAVAILABLE;
  // The library's own texts are not passed on: they may hold anything.
  return new CliError(
    isAway
      ? `Keyward's gRPC API cannot be reached at ${grpcTarget}.`
      : `What answers at ${grpcTarget} does not answer like Keyward.`,
    {
      exitCode: isAway ? EXIT.unavailable : EXIT.unexpected,
      code: isAway ? 'UNREACHABLE' : 'UNEXPECTED_ANSWER',
      remedy: 'Start Keyward with `npm start`, or say where it is with --grpc or KEYWARD_GRPC.',
    },
  );
}
