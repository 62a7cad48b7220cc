import { GrpcServer, type GrpcServerOptions } from './grpc-server.js';

/** Nest's options for a microservice on our gRPC transport; `strategy.port` tells the port once it listens. */
export interface GrpcMicroserviceOptions {
  readonly strategy: GrpcServer;
}

/** For `NestFactory.createMicroservice(module, ...)` or `app.connectMicroservice(...)`. */
export function grpcServerOptions(options: GrpcServerOptions): GrpcMicroserviceOptions {
  return { strategy: new GrpcServer(options) };
}
