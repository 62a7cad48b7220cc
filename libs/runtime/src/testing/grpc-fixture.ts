import 'reflect-metadata';
import { credentials, type ChannelCredentials, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type MicroserviceOptions } from '@nestjs/microservices';
import {
  keywardGrpc,
  keywardPackageDefinition,
  type EffectiveKeysClient,
  type KeyChangesClient,
  type LookupRequest__Output,
  type LookupResponse,
} from '@keyward/contracts';
import type { Observable } from 'rxjs';
import { GrpcController } from '../grpc/grpc-error.filter.js';
import { grpcServerOptions } from '../grpc/grpc-server-options.js';
import type { GrpcServerOptions } from '../grpc/grpc-server.js';
import type { AnyServerStream } from '../grpc/raw-server-stream.js';

export type LookupHandler = (request: LookupRequest__Output) => Promise<LookupResponse> | LookupResponse;
export type WatchHandler = (call: AnyServerStream) => Observable<never>;

/** A controller whose Lookup does what the test says. */
export function lookupController(handler: LookupHandler): Type {
  @GrpcController()
  class LookupController {
    @GrpcMethod('EffectiveKeys', 'Lookup')
    lookup(request: LookupRequest__Output): Promise<LookupResponse> | LookupResponse {
      return handler(request);
    }
  }
  return LookupController;
}

/** A controller whose Watch does what the test says. */
export function watchController(handler: WatchHandler): Type {
  @GrpcController()
  class WatchController {
    @GrpcMethod('KeyChanges', 'Watch')
    watch(_request: unknown, _metadata: Metadata, call: AnyServerStream): Observable<never> {
      return handler(call);
    }
  }
  return WatchController;
}

export interface RunningServer {
  readonly app: INestMicroservice;
  readonly port: number;
  readonly keys: EffectiveKeysClient;
  readonly changes: KeyChangesClient;
  close(): Promise<void>;
}

/** A Nest gRPC server on a free port of the loopback interface, with clients of both services. */
export async function startServer(
  controllers: Type[],
  options: Partial<GrpcServerOptions> = {},
  clientCredentials: ChannelCredentials = credentials.createInsecure(),
): Promise<RunningServer> {
  @Module({ controllers })
  class TestModule {}
  const microservice = grpcServerOptions({
    bind: 'localhost:0',
    packageName: 'keyward.v1',
    packageDefinition: keywardPackageDefinition,
    ...options,
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(TestModule, {
    ...microservice,
    logger: false,
  });
  await app.listen();
  const { port } = microservice.strategy;
  const { EffectiveKeys, KeyChanges } = keywardGrpc.keyward.v1;
  const keys = new EffectiveKeys(`localhost:${port}`, clientCredentials);
  const changes = new KeyChanges(`localhost:${port}`, clientCredentials);
  const close = async (): Promise<void> => {
    keys.close();
    changes.close();
    await app.close();
  };
  return { app, port, keys, changes, close };
}

/** The answer of one Lookup, or its error. */
export function lookup(server: RunningServer): Promise<unknown> {
  return new Promise((resolve) => {
    const deadline = Date.now() + 5000;
    server.keys.Lookup({}, { deadline }, (error, answer) => resolve(error ?? answer));
  });
}

export async function failedLookup(server: RunningServer): Promise<ServiceError> {
  const outcome = await lookup(server);
  if (!(outcome instanceof Error)) throw new Error('The lookup was expected to fail');
  return outcome as ServiceError;
}
