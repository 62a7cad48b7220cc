import 'reflect-metadata';
import { AccessModule, accessSettings } from '@keyward/access';
import { ChangeLogModule, changeLogSettings } from '@keyward/change-log';
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
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BroadcasterModule, withSharedEncoding } from './broadcaster.module.js';
import { broadcasterSettings } from './broadcaster.settings.js';

const appSettings = mergeSettings(
  runtimeSettings,
  eventStoreSettings,
  readModelSettings,
  changeLogSettings,
  accessSettings,
  grpcSettings,
  broadcasterSettings,
);

type AppSettings = SettingsOf<typeof appSettings>;

@Module({})
class BroadcasterApp {
  static forRoot(settings: AppSettings, eventStore: string): DynamicModule {
    return {
      module: BroadcasterApp,
      imports: [
        RuntimeModule,
        EventStoreModule.forRoot(eventStore),
        ReadModelModule.forRoot(settings.KEYWARD_READ_MODEL),
        ChangeLogModule.forRoot(settings.KEYWARD_CHANGE_LOG),
        AccessModule.forRoot({
          issuer: settings.KEYWARD_TOKEN_ISSUER,
          jwksUrl: settings.KEYWARD_TOKEN_JWKS_URL,
          tokenType: settings.KEYWARD_TOKEN_TYPE,
          dataDir: './data',
        }),
        BroadcasterModule.forRoot(settings),
      ],
    };
  }
}

/** The broadcaster in a process of its own: there the change log and the read model are outside it. */
async function main(): Promise<void> {
  const settings = loadSettings(appSettings);
  for (const name of ['KEYWARD_CHANGE_LOG', 'KEYWARD_READ_MODEL'] as const) {
    if (settings[name] === 'memory:') throw new Error(useless(name));
  }
  if (settings.KEYWARD_EVENT_STORE === undefined) {
    throw new Error('KEYWARD_EVENT_STORE must be set: it says whose positions the broadcaster hands out.');
  }
  const logger = createLogger(settings);
  exitOnUnexpectedError(logger);
  const root = BroadcasterApp.forRoot(settings, settings.KEYWARD_EVENT_STORE);
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), { logger });
  const health = app.get(HealthRegistry);
  app.connectMicroservice(
    grpcServerOptions({
      ...grpcOptionsFrom(settings),
      packageName: 'keyward.v1',
      packageDefinition: withSharedEncoding(keywardPackageDefinition),
      health,
    }),
  );
  orderlyShutdown(app, { timeoutMs: settings.KEYWARD_SHUTDOWN_TIMEOUT, logger, health });
  await app.init();
  await app.startAllMicroservices();
}

function useless(name: string): string {
  return (
    `${name} is memory:, which nobody outside this process can fill, so the broadcaster alone would have nothing to tell. ` +
    'Run everything in one process with `npm start`.'
  );
}

main().catch((error: unknown) => {
  process.stderr.write(
    `keyward broadcaster: ${error instanceof Error ? error.message : 'could not start'}\n`,
  );
  process.exitCode = 1;
});
