import 'reflect-metadata';
import { AccessModule, accessSettings } from '@keyward/access';
import { ChangeLogModule, sharedChangeLogSettings } from '@keyward/change-log';
import { keywardPackageDefinition } from '@keyward/contracts';
import { EventStoreModule, sharedEventStoreSettings } from '@keyward/event-store';
import { ReadModelModule, sharedReadModelSettings } from '@keyward/read-model';
import { RefusalsModule, refusalsSettings } from '@keyward/refusals';
import {
  OperationsModule,
  RuntimeModule,
  grpcSettings,
  mergeSettings,
  operationsSettings,
  runApp,
  runtimeSettings,
  startGrpcApp,
  type SettingsOf,
} from '@keyward/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { BroadcasterModule, withSharedEncoding } from './broadcaster.module.js';
import { broadcasterSettings } from './broadcaster.settings.js';

const OPERATIONS_PORT = 8084;

const appSettings = mergeSettings(
  runtimeSettings,
  sharedEventStoreSettings,
  sharedReadModelSettings,
  sharedChangeLogSettings,
  accessSettings,
  refusalsSettings,
  grpcSettings,
  broadcasterSettings,
  operationsSettings,
);

/** The broadcaster in a process of its own. Of the event log it takes only whose positions it hands out. */
@Module({})
class BroadcasterApp {
  static forRoot(settings: SettingsOf<typeof appSettings>): DynamicModule {
    return {
      module: BroadcasterApp,
      imports: [
        RuntimeModule.forRoot(settings, 'keyward-broadcaster'),
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE),
        ReadModelModule.forRoot(settings.KEYWARD_READ_MODEL, { neededForReadiness: true }),
        ChangeLogModule.forRoot(settings.KEYWARD_CHANGE_LOG),
        AccessModule.forRoot({
          issuer: settings.KEYWARD_TOKEN_ISSUER,
          jwksUrl: settings.KEYWARD_TOKEN_JWKS_URL,
          tokenType: settings.KEYWARD_TOKEN_TYPE,
          dataDir: settings.KEYWARD_DATA_DIR,
        }),
        RefusalsModule.forRoot(settings),
        BroadcasterModule.forRoot(settings),
        OperationsModule.forRoot(settings, OPERATIONS_PORT),
      ],
    };
  }
}

runApp({
  name: 'Keyward broadcaster',
  settings: appSettings,
  start: (settings, logger) =>
    startGrpcApp(BroadcasterApp.forRoot(settings), settings, {
      logger,
      packageName: 'keyward.v1',
      packageDefinition: withSharedEncoding(keywardPackageDefinition),
    }),
});
