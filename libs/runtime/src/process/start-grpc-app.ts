import type { DynamicModule, INestMicroservice, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { GrpcServer, type GrpcServerOptions } from '../grpc/grpc-server.js';
import { grpcOptionsFrom, type GrpcSettings } from '../grpc/grpc.settings.js';
import { HealthRegistry } from '../health/health-registry.js';

export type GrpcAppOptions = Pick<GrpcServerOptions, 'packageName' | 'packageDefinition'> & {
  readonly logger: LoggerService;
};

/** An app whose only API is gRPC; resolves when it listens. Its root module has the runtime. */
export async function startGrpcApp(
  root: DynamicModule,
  settings: GrpcSettings,
  { logger, ...served }: GrpcAppOptions,
): Promise<INestMicroservice> {
  // The strategy is made while the app is, with parts of it.
  const made: { server?: GrpcServer } = {};
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(root, {
    logger,
    abortOnError: false,
    inject: [HealthRegistry],
    useFactory: (health: HealthRegistry) => {
      made.server = new GrpcServer({ ...grpcOptionsFrom(settings), ...served, health });
      return { strategy: made.server };
    },
  });
  await app.listen();
  const { KEYWARD_GRPC_HOST: host } = settings;
  logger.log('Listening', { grpc: `${host}:${made.server!.port}` }, 'grpc');
  return app;
}
