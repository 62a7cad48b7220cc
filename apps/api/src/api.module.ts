import { EventStore } from '@keyward/event-store';
import { History } from '@keyward/history';
import { FreshReader, ReadModel } from '@keyward/read-model';
import { Clock, Metrics, Tracing } from '@keyward/runtime';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { API_CONTROLLERS } from './api.controllers.js';
import type { ApiSettings } from './api.settings.js';
import { ArchiveProjectHandler } from './commands/archive-project/archive-project.handler.js';
import { ChangeRolloutHandler } from './commands/change-rollout/change-rollout.handler.js';
import { DestroyOrgKeyVersionHandler } from './commands/destroy-org-key-version/destroy-org-key-version.handler.js';
import { DestroyProjectKeyVersionHandler } from './commands/destroy-project-key-version/destroy-project-key-version.handler.js';
import { DisableOrgKeyHandler } from './commands/disable-org-key/disable-org-key.handler.js';
import { EnableOrgKeyHandler } from './commands/enable-org-key/enable-org-key.handler.js';
import { ChangeKeyUseService } from './commands/key-slots/change-key-use.service.js';
import { SetKeyService } from './commands/key-slots/set-key.service.js';
import { RegisteredOrganization } from './commands/projects/registered-organization.js';
import { PutOrganizationHandler } from './commands/put-organization/put-organization.handler.js';
import { PutProjectHandler } from './commands/put-project/put-project.handler.js';
import { RemoveOrgKeyHandler } from './commands/remove-org-key/remove-org-key.handler.js';
import { RemoveProjectKeyHandler } from './commands/remove-project-key/remove-project-key.handler.js';
import { RotateKeyEncryptionKeyHandler } from './commands/rotate-key-encryption-key/rotate-key-encryption-key.handler.js';
import { SetOrgKeyHandler } from './commands/set-org-key/set-org-key.handler.js';
import { SetProjectKeyHandler } from './commands/set-project-key/set-project-key.handler.js';
import { auditProviders, type AuditedApiSettings } from './audit/audit.providers.js';
import { Authentication } from './http/access/authentication.js';
import { AuthorizationGuard } from './http/access/authorization.guard.js';
import { RateLimits } from './http/access/rate-limits.js';
import { ApiHealth } from './http/health/api-health.js';
import { ServedDocument } from './http/openapi/openapi.controller.js';
import { ProblemFilter } from './http/problems/problem.filter.js';
import { AccessLog } from './http/server/access-log.js';
import { HttpSpans } from './http/server/http-spans.js';
import { sessionProviders, type SessionOptions } from './http/session/session.providers.js';
import { RebuildReadModelHandler } from './commands/rebuild-read-model/rebuild-read-model.handler.js';
import { CheckReadModelHandler } from './commands/check-read-model/check-read-model.handler.js';
import { StopReadModelJobHandler } from './commands/stop-read-model-job/stop-read-model-job.handler.js';
import { GetReadModelJobHandler } from './queries/get-read-model-job/get-read-model-job.handler.js';
import { ReadModelJobs } from './maintenance/read-model-jobs.service.js';
import { KekRotation } from './kek-rotation/kek-rotation.service.js';
import { RewrapService } from './kek-rotation/rewrap.service.js';
import { EffectiveKeyHistory } from './queries/explain-effective-key/effective-key-history.js';
import { ExplainEffectiveKeyHandler } from './queries/explain-effective-key/explain-effective-key.handler.js';
import { ExportAuditLogHandler } from './queries/export-audit-log/export-audit-log.handler.js';
import { ExportStreams } from './queries/export-audit-log/export-streams.js';
import { GetKeyEncryptionKeysHandler } from './queries/get-key-encryption-keys/get-key-encryption-keys.handler.js';
import { GetRolloutHandler } from './queries/get-rollout/get-rollout.handler.js';
import { ListKeyUsageHandler } from './queries/list-key-usage/list-key-usage.handler.js';
import { GetOrganizationHandler } from './queries/get-organization/get-organization.handler.js';
import { ListKeysHandler } from './queries/list-keys/list-keys.handler.js';
import { ListProjectsHandler } from './queries/list-projects/list-projects.handler.js';
import { ChangeFeeds } from './queries/watch-organization/change-feeds.service.js';
import { HistoryReader } from './queries/reading/history-reader.js';
import { HistoryService } from './queries/reading/history.service.js';
import { ReadHistoryHandler } from './queries/read-history/read-history.handler.js';
import { ListIntegrationsHandler } from './queries/list-integrations/list-integrations.handler.js';
import { ListOrganizationIntegrationsHandler } from './queries/list-organization-integrations/list-organization-integrations.handler.js';
import { ListProjectIntegrationsHandler } from './queries/list-project-integrations/list-project-integrations.handler.js';
import { ConsistentReader } from './queries/reading/consistent-reader.js';
import { DestroyKeyService } from './shredding/destroy-key.service.js';
import { KEY_RETENTION, Shredder } from './shredding/shredder.service.js';
import { AggregateStore } from './write-side/aggregate-store.js';
import { DurableAppender } from './write-side/durable-appender.js';
import { KeyVault } from './write-side/key-vault.js';
import { NoOpMemory } from './write-side/no-op-memory.js';
import { PolicyFacts } from './write-side/policy-facts.js';
import { WriteExecutor } from './write-side/write-executor.js';
import { WriteHorizon } from './write-side/write-horizon.js';

const WRITE_SIDE: Provider[] = [
  AggregateStore,
  DurableAppender,
  KeyVault,
  NoOpMemory,
  PolicyFacts,
  WriteExecutor,
  WriteHorizon,
  RegisteredOrganization,
  SetKeyService,
  ChangeKeyUseService,
  DestroyKeyService,
];

const HANDLERS: Provider[] = [
  PutOrganizationHandler,
  PutProjectHandler,
  ArchiveProjectHandler,
  ChangeRolloutHandler,
  SetOrgKeyHandler,
  RemoveOrgKeyHandler,
  DisableOrgKeyHandler,
  EnableOrgKeyHandler,
  SetProjectKeyHandler,
  RemoveProjectKeyHandler,
  DestroyOrgKeyVersionHandler,
  DestroyProjectKeyVersionHandler,
  RotateKeyEncryptionKeyHandler,
  RebuildReadModelHandler,
  CheckReadModelHandler,
  StopReadModelJobHandler,
  GetReadModelJobHandler,
  GetKeyEncryptionKeysHandler,
  GetRolloutHandler,
  ListIntegrationsHandler,
  ListOrganizationIntegrationsHandler,
  ListProjectIntegrationsHandler,
  ExplainEffectiveKeyHandler,
  ReadHistoryHandler,
  ExportAuditLogHandler,
  ListKeyUsageHandler,
  ListKeysHandler,
  GetOrganizationHandler,
  ListProjectsHandler,
];

/**
 * The HTTP API. Whoever composes gives, as global modules: EventStore, ReadModel with FreshReader, History, AuditKeys, Refusals,
 * TokenVerifier and LocalIssuer, Sealer and Unsealer, and the runtime; and creates the application by `createApiApp`.
 */
@Module({})
export class ApiModule {
  /** @throws Error with a sentence that names the settings, when those of the sign-in contradict each other. */
  static forRoot(settings: AuditedApiSettings, session: SessionOptions): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [...API_CONTROLLERS],
      providers: [
        ...WRITE_SIDE,
        ...HANDLERS,
        ...httpProviders(settings),
        ...sessionProviders(settings, session),
        consistentReader(settings),
        historyReader(settings),
        HistoryService,
        ChangeFeeds,
        ...auditProviders(settings),
        {
          provide: ExportStreams,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => new ExportStreams(metrics),
        },
        EffectiveKeyHistory,
        { provide: KEY_RETENTION, useValue: settings.KEYWARD_KEY_RETENTION },
        Shredder,
        RewrapService,
        KekRotation,
        ReadModelJobs,
      ],
      // For what runs commands in the same process without HTTP.
      exports: [CqrsModule, WriteHorizon],
    };
  }
}

function httpProviders(settings: ApiSettings): Provider[] {
  return [
    { provide: RateLimits, useFactory: () => new RateLimits(settings) },
    {
      provide: AccessLog,
      inject: [Metrics, Clock],
      useFactory: (metrics: Metrics, clock: Clock) => new AccessLog(metrics, clock),
    },
    { provide: HttpSpans, inject: [Tracing], useFactory: (tracing: Tracing) => new HttpSpans(tracing) },
    Authentication,
    ApiHealth,
    ServedDocument,
    ProblemFilter,
    { provide: APP_FILTER, useExisting: ProblemFilter },
    { provide: APP_GUARD, useClass: AuthorizationGuard },
  ];
}

function consistentReader({ KEYWARD_HTTP_CONSISTENCY_TIMEOUT: timeoutMs }: ApiSettings): Provider {
  return {
    provide: ConsistentReader,
    inject: [EventStore, ReadModel, FreshReader, WriteHorizon],
    useFactory: (events: EventStore, readModel: ReadModel, fresh: FreshReader, horizon: WriteHorizon) =>
      new ConsistentReader({ events, readModel, fresh, horizon, timeoutMs }),
  };
}

function historyReader({ KEYWARD_HTTP_CONSISTENCY_TIMEOUT: timeoutMs }: ApiSettings): Provider {
  return {
    provide: HistoryReader,
    inject: [EventStore, History],
    useFactory: (events: EventStore, history: History) => new HistoryReader({ events, history, timeoutMs }),
  };
}
