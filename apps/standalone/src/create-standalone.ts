import { access, constants, mkdir } from 'node:fs/promises';
import { keywardPackageDefinition } from '@keyward/contracts';
import { GrpcServer, HealthRegistry, grpcOptionsFrom } from '@keyward/runtime';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApiApp, listenHttp } from '../../api/src/create-api-app.js';
import { withSharedEncoding } from '../../broadcaster/src/broadcaster.module.js';
import { withSecretsZeroed } from '../../lookup/src/lookup.module.js';
import { StandaloneModule } from './standalone.module.js';
import type { StandaloneSettings } from './standalone.settings.js';

export interface Standalone {
  readonly app: NestFastifyApplication;
  readonly health: HealthRegistry;
  /** Address of the console, the HTTP API and its documentation. */
  readonly httpUrl: string;
  /** `host:port` for workers. */
  readonly grpcTarget: string;
}

/** Builds and starts everything; resolves when both servers listen, which is before the read model is ready. */
export async function createStandalone(
  settings: StandaloneSettings,
  logger: LoggerService,
): Promise<Standalone> {
  await openDataDir(settings.KEYWARD_DATA_DIR);
  const app = await createApiApp(StandaloneModule.forRoot(settings), settings, { logger });
  try {
    const health = app.get(HealthRegistry, { strict: false });
    const grpc = new GrpcServer({
      ...grpcOptionsFrom(settings),
      packageName: 'keyward.v1',
      packageDefinition: withSharedEncoding(withSecretsZeroed(keywardPackageDefinition)),
      health,
    });
    app.connectMicroservice({ strategy: grpc });
    await app.startAllMicroservices();
    const httpUrl = await listenHttp(app, settings);
    return { app, health, httpUrl, grpcTarget: `${settings.KEYWARD_GRPC_HOST}:${grpc.port}` };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Before anything else, so that what is wrong with the folder is not told as the trouble of a file in it. */
async function openDataDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const remedy = 'make it a folder that this user may write, or name another with KEYWARD_DATA_DIR';
    throw new Error(`The data folder ${path} cannot be used: ${remedy} (${(cause as Error).message})`, {
      cause,
    });
  }
}
