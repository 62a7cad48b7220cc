import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { serveParent } from '../harness/child.js';

const asIs = (message: Buffer): Buffer => message;

/** The least that a gRPC server of grpc-js can do: the same bytes for every call. */
serveParent({
  answer({ path, reply }: { path: string; reply: Uint8Array }): Promise<string> {
    const server = new Server();
    const bytes = Buffer.from(reply);
    server.addService(bareMethod(path), {
      method: (_call: unknown, callback: (error: null, reply: Buffer) => void) => callback(null, bytes),
    });
    return listen(server);
  },
});

function bareMethod(path: string): ServiceDefinition {
  return {
    method: {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
}

/** @returns `host:port` */
function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
}
