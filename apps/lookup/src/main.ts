import 'reflect-metadata';
import { join } from 'node:path';
import { AccessModule, accessSettings } from '@keyward/access';
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
import { SealingModule, sealingSettings } from '@keyward/sealing';
import { Module, type DynamicModule } from '@nestjs/common';
import { LookupModule, withSecretsZeroed } from './lookup.module.js';
import { lookupSettings } from './lookup.settings.js';

const OPERATIONS_PORT = 8083;

const appSettings = mergeSettings(
  runtimeSettings,
  sharedEventStoreSettings,
  sharedReadModelSettings,
  sealingSettings,
  accessSettings,
  refusalsSettings,
  grpcSettings,
  lookupSettings,
  operationsSettings,
);

/** Lookups in a process of their own: the read model is outside it, written by a projector. */
@Module({})
class LookupApp {
  static forRoot(settings: SettingsOf<typeof appSettings>): DynamicModule {
    const dataDir = settings.KEYWARD_DATA_DIR;
    return {
      module: LookupApp,
      imports: [
        RuntimeModule.forRoot(settings, 'keyward-lookup'),
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE),
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
        RefusalsModule.forRoot(settings),
        LookupModule.forRoot(settings, join(dataDir, 'reads')),
        OperationsModule.forRoot(settings, OPERATIONS_PORT),
      ],
    };
  }
}

runApp({
  name: 'Keyward lookup',
  settings: appSettings,
  start: (settings, logger) =>
    startGrpcApp(LookupApp.forRoot(settings), settings, {
      logger,
      packageName: 'keyward.v1',
      packageDefinition: withSecretsZeroed(keywardPackageDefinition),
    }),
});
