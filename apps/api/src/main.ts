import 'reflect-metadata';
import { join } from 'node:path';
import { AccessModule, accessSettings } from '@keyward/access';
import { AuditModule, auditSettings } from '@keyward/audit';
import { EventStoreModule, sharedEventStoreSettings } from '@keyward/event-store';
import { HistoryModule } from '@keyward/history';
import { ReadModelModule, sharedReadModelSettings } from '@keyward/read-model';
import { RefusalsModule, refusalsSettings } from '@keyward/refusals';
import { RuntimeModule, mergeSettings, runApp, runtimeSettings, type SettingsOf } from '@keyward/runtime';
import { SealingModule, sealingSettings } from '@keyward/sealing';
import { Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import { apiSettings } from './api.settings.js';
import { createApiApp, listenHttp } from './create-api-app.js';
import { sessionSettings } from './http/session/session.settings.js';

const appSettings = mergeSettings(
  runtimeSettings,
  sharedEventStoreSettings,
  sharedReadModelSettings,
  sealingSettings,
  accessSettings,
  refusalsSettings,
  auditSettings,
  apiSettings,
  sessionSettings,
);

/** The HTTP API in a process of its own: the read model is outside it, written by a projector. */
@Module({})
class ApiApp {
  static forRoot(settings: SettingsOf<typeof appSettings>): DynamicModule {
    const dataDir = settings.KEYWARD_DATA_DIR;
    return {
      module: ApiApp,
      imports: [
        RuntimeModule.forRoot(settings, 'keyward-api'),
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE),
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
        AuditModule.forRoot({
          signingKey: settings.KEYWARD_AUDIT_SIGNING_KEY,
          signingKeyFile: settings.KEYWARD_AUDIT_SIGNING_KEY_FILE ?? join(dataDir, 'audit-signing-key.pem'),
          // As with the key encryption key.
          createSigningKey: false,
          trustedKeysFile: settings.KEYWARD_AUDIT_TRUSTED_KEYS_FILE,
        }),
        HistoryModule.forRoot(join(dataDir, 'history.db')),
        RefusalsModule.forRoot(settings),
        ApiModule.forRoot(settings, { alone: false }),
      ],
    };
  }
}

runApp({
  name: 'Keyward api',
  settings: appSettings,
  start: async (settings, logger) => {
    const app = await createApiApp(ApiApp.forRoot(settings), settings, { logger });
    logger.log('Listening', { url: await listenHttp(app, settings) }, 'api');
    return app;
  },
});
