import 'reflect-metadata';
import { join } from 'node:path';
import { AccessModule, accessSettings } from '@keyward/access';
import { keywardPackageDefinition } from '@keyward/contracts';
import { EventStoreModule, eventStoreSettings } from '@keyward/event-store';
import { ReadModelModule, readModelSettings } from '@keyward/read-model';
import {
  HealthRegistry,
  RuntimeModule,
  createLogger,
  exitOnUnexpectedError,
  grpcOptionsFrom,
  grpcServerOptions,
  grpcSettings,
  loadSettings,
  mergeSettings,
  orderlyShutdown,
  runtimeSettings,
  type SettingsOf,
} from '@keyward/runtime';
import { SealingModule, sealingSettings } from '@keyward/sealing';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { LookupModule, withSecretsZeroed } from './lookup.module.js';
import { lookupSettings } from './lookup.settings.js';

const appSettings = mergeSettings(
  runtimeSettings,
  eventStoreSettings,
  readModelSettings,
  sealingSettings,
  accessSettings,
  grpcSettings,
  lookupSettings,
);

type AppSettings = SettingsOf<typeof appSettings>;

@Module({})
class LookupApp {
  static forRoot(settings: AppSettings): DynamicModule {
    const dataDir = settings.KEYWARD_DATA_DIR;
    return {
      module: LookupApp,
      imports: [
        RuntimeModule,
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE ?? `sqlite:${join(dataDir, 'keyward.db')}`),
        ReadModelModule.forRoot(settings.KEYWARD_READ_MODEL, {
          stalenessBoundMs: settings.KEYWARD_STALENESS_BOUND,
          staleAnswers: settings.KEYWARD_STALE_ANSWERS,
        }),
        SealingModule.forRoot({
          kek: settings.KEYWARD_KEK,
          kekFile: settings.KEYWARD_KEK_FILE ?? join(dataDir, 'kek.json'),
          // Keys are set elsewhere: one made here would open nothing.
          createKekFile: false,
        }),
        AccessModule.forRoot({
          issuer: settings.KEYWARD_TOKEN_ISSUER,
          jwksUrl: settings.KEYWARD_TOKEN_JWKS_URL,
          tokenType: settings.KEYWARD_TOKEN_TYPE,
          dataDir,
        }),
        LookupModule.forRoot(settings),
      ],
    };
  }
}

/** Lookups in a process of their own: there the read model is outside it, filled by a projector. */
async function main(): Promise<void> {
  const settings = loadSettings(appSettings);
  if (settings.KEYWARD_READ_MODEL === 'memory:') {
    throw new Error(
      'KEYWARD_READ_MODEL is memory:, which nobody outside this process can fill, so the lookup app alone would never be ready. ' +
        'Run everything in one process with `npm start`.',
    );
  }
  const logger = createLogger(settings);
  exitOnUnexpectedError(logger);
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(LookupApp.forRoot(settings), {
    logger,
    inject: [HealthRegistry],
    useFactory: (health: HealthRegistry) =>
      grpcServerOptions({
        ...grpcOptionsFrom(settings),
        packageName: 'keyward.v1',
        packageDefinition: withSecretsZeroed(keywardPackageDefinition),
        health,
      }),
  });
  orderlyShutdown(app, {
    timeoutMs: settings.KEYWARD_SHUTDOWN_TIMEOUT,
    logger,
    health: app.get(HealthRegistry),
  });
  await app.listen();
}

main().catch((error: unknown) => {
  process.stderr.write(`keyward lookup: ${error instanceof Error ? error.message : 'could not start'}\n`);
  process.exitCode = 1;
});
