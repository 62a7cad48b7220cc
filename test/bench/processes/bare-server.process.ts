import {
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { serveParent } from '../harness/child.js';
import { nowMs } from '../support/shared-clock.js';

type Stream = ServerWritableStream<Buffer, Buffer>;

const asIs = (message: Buffer): Buffer => message;
const streams: Stream[] = [];

/** The least that a gRPC server of grpc-js can do. Both answer with `host:port`. */
serveParent({
  /** The same bytes for every call. */
  answer({ path, reply }: { path: string; reply: Uint8Array }): Promise<string> {
    const bytes = Buffer.from(reply);
    return serve(bareMethod(path, false), (_call: unknown, callback: (error: null, reply: Buffer) => void) =>
      callback(null, bytes),
    );
  },
  /** Streams which all get a first message, and then whatever is {@link broadcast}. */
  stream({ path, first }: { path: string; first: Uint8Array }): Promise<string> {
    const bytes = Buffer.from(first);
    return serve(bareMethod(path, true), (call: Stream) => {
      streams.push(call);
      call.write(bytes);
    });
  },
  /** @returns when it began. */
  broadcast(message: Uint8Array): number {
    const bytes = Buffer.from(message);
    const at = nowMs();
    for (const stream of streams) stream.write(bytes);
    return at;
  },
});

function bareMethod(path: string, responseStream: boolean): ServiceDefinition {
  return {
    method: {
      path,
      requestStream: false,
      responseStream,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
}

function serve(
  definition: ServiceDefinition,
  method: (call: never, callback: never) => void,
): Promise<string> {
  const server = new Server();
  server.addService(definition, { method: method as UntypedHandleCall });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
}
