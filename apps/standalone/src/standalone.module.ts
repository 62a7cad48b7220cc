import { join } from 'node:path';
import { AccessModule } from '@keyward/access';
import { AuditModule } from '@keyward/audit';
import { ChangeLogModule } from '@keyward/change-log';
import { EventStoreModule } from '@keyward/event-store';
import { HistoryModule } from '@keyward/history';
import { ReadModelModule } from '@keyward/read-model';
import { RefusalsModule } from '@keyward/refusals';
import { RuntimeModule } from '@keyward/runtime';
import { SealingModule } from '@keyward/sealing';
import { Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from '../../api/src/api.module.js';
import { BroadcasterModule } from '../../broadcaster/src/broadcaster.module.js';
import { LookupModule } from '../../lookup/src/lookup.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { RelayModule } from '../../relay/src/relay.module.js';
import type { StandaloneSettings } from './standalone.settings.js';

/** All of Keyward over one set of parts, in one process. */
@Module({})
export class StandaloneModule {
  static forRoot(settings: StandaloneSettings): DynamicModule {
    const dataDir = settings.KEYWARD_DATA_DIR;
    return {
      module: StandaloneModule,
      imports: [
        RuntimeModule.forRoot(settings, 'keyward'),
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE ?? `sqlite:${join(dataDir, 'keyward.db')}`),
        ReadModelModule.forRoot(settings.KEYWARD_READ_MODEL, {
          stalenessBoundMs: settings.KEYWARD_STALENESS_BOUND,
          staleAnswers: settings.KEYWARD_STALE_ANSWERS,
        }),
        ChangeLogModule.forRoot(settings.KEYWARD_CHANGE_LOG),
        SealingModule.forRoot({
          kek: settings.KEYWARD_KEK,
          kekFile: settings.KEYWARD_KEK_FILE ?? join(dataDir, 'kek.json'),
          createKekFile: true,
        }),
        AccessModule.forRoot({
          issuer: settings.KEYWARD_TOKEN_ISSUER,
          jwksUrl: settings.KEYWARD_TOKEN_JWKS_URL,
          tokenType: settings.KEYWARD_TOKEN_TYPE,
          dataDir,
        }),
        ProjectorModule,
        RelayModule,
        AuditModule.forRoot({
          signingKey: settings.KEYWARD_AUDIT_SIGNING_KEY,
          signingKeyFile: settings.KEYWARD_AUDIT_SIGNING_KEY_FILE ?? join(dataDir, 'audit-signing-key.pem'),
          createSigningKey: true,
          trustedKeysFile: settings.KEYWARD_AUDIT_TRUSTED_KEYS_FILE,
        }),
        HistoryModule.forRoot(join(dataDir, 'history.db')),
        RefusalsModule.forRoot(settings),
        ApiModule.forRoot(settings, { alone: true }),
        LookupModule.forRoot(settings, join(dataDir, 'reads')),
        BroadcasterModule.forRoot(settings),
      ],
    };
  }
}
