import 'reflect-metadata';
import { join } from 'node:path';
import { AccessModule, accessSettings } from '@keyward/access';
import { EventStoreModule, eventStoreSettings } from '@keyward/event-store';
import { ReadModelModule, readModelSettings } from '@keyward/read-model';
import {
  HealthRegistry,
  RuntimeModule,
  createLogger,
  exitOnUnexpectedError,
  loadSettings,
  mergeSettings,
  orderlyShutdown,
  runtimeSettings,
  type SettingsOf,
} from '@keyward/runtime';
import { SealingModule, sealingSettings } from '@keyward/sealing';
import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import { apiSettings } from './api.settings.js';
import { createApiApp, listenHttp } from './create-api-app.js';

const settingsOfAll = mergeSettings(
  runtimeSettings,
  eventStoreSettings,
  readModelSettings,
  sealingSettings,
  accessSettings,
  apiSettings,
);
type AllSettings = SettingsOf<typeof settingsOfAll>;

@Module({})
class ApiApp {}

/** The HTTP API in a process of its own: there it needs a read model that the projector's process writes. */
async function main(): Promise<void> {
  const settings = loadSettings(settingsOfAll);
  if (settings.KEYWARD_READ_MODEL === 'memory:') {
    throw new Error(
      'KEYWARD_READ_MODEL is memory:, which only the process that has the projector in it can fill, so the api alone could answer nothing. ' +
        'Run everything in one process with `npm start`.',
    );
  }
  const logger = createLogger(settings);
  exitOnUnexpectedError(logger);
  const app = await createApiApp(root(settings), settings, { logger });
  orderlyShutdown(app, {
    timeoutMs: settings.KEYWARD_SHUTDOWN_TIMEOUT,
    logger,
    health: app.get(HealthRegistry, { strict: false }),
  });
  new Logger('api').log('Listening', { url: await listenHttp(app, settings) });
}

function root(settings: AllSettings): DynamicModule {
  const dataDir = settings.KEYWARD_DATA_DIR;
  return {
    module: ApiApp,
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
        // Several processes could each make another one: the file is given, or the environment has it.
        createKekFile: false,
      }),
      AccessModule.forRoot({
        issuer: settings.KEYWARD_TOKEN_ISSUER,
        jwksUrl: settings.KEYWARD_TOKEN_JWKS_URL,
        tokenType: settings.KEYWARD_TOKEN_TYPE,
        dataDir,
      }),
      ApiModule.forRoot(settings),
    ],
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`keyward api: ${error instanceof Error ? error.message : 'could not start'}\n`);
  process.exitCode = 1;
});
