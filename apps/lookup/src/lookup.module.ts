import { TokenVerifier } from '@keyward/access';
import { EventStore } from '@keyward/event-store';
import { FreshReader, ReadModel, StalenessMonitor } from '@keyward/read-model';
import { Refusals } from '@keyward/refusals';
import { Clock, HealthRegistry, Ids, Metrics, Supervisor, Tracing } from '@keyward/runtime';
import { Unsealer } from '@keyward/sealing';
import { Logger, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { KeyAnswers } from './answers/key-answers.js';
import { KnownKeys } from './answers/known-key.js';
import { PositionTokens } from './answers/position-tokens.js';
import { SealedKeys } from './answers/sealed-keys.js';
import { UnreadableKeyAlarm } from './answers/unreadable-key-alarm.js';
import { BatchLookupGrpcController } from './batch-lookup/batch-lookup.grpc.controller.js';
import { Callers } from './callers/callers.js';
import { LookupRateLimit } from './callers/lookup-rate-limit.js';
import { EffectiveKeysService } from './effective-keys.service.js';
import { LookupCalls } from './lookup-calls.js';
import { LookupHealth } from './lookup.health.js';
import { LookupMetrics } from './lookup.metrics.js';
import type { LookupSettings } from './lookup.settings.js';
import { LookupGrpcController } from './lookup/lookup.grpc.controller.js';
import { HandOuts, UnrecordedHandOuts } from './read-audit/hand-outs.port.js';
import { ReadAudit } from './read-audit/read-audit.js';
import { ReadAuditReport } from './read-audit/read-audit.report.js';
import { FreshLookups } from './reading/fresh-lookups.js';

export { withSecretsZeroed } from './answers/zero-secrets.js';

/**
 * gRPC EffectiveKeys. Whoever composes gives, as global modules: EventStore, ReadModel with
 * FreshReader, TokenVerifier, Unsealer, Refusals and the runtime; and serves the package definition through
 * {@link withSecretsZeroed}.
 */
@Module({})
export class LookupModule {
  /** @param journals folder for what was handed out and is not in the event log yet; made when it is not there */
  static forRoot(settings: LookupSettings, journals: string): DynamicModule {
    return {
      module: LookupModule,
      controllers: [LookupGrpcController, BatchLookupGrpcController],
      providers: [
        {
          provide: LookupMetrics,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => new LookupMetrics(metrics),
        },
        keyAnswers(settings),
        freshLookups,
        positionTokens,
        rateLimit(settings),
        handOuts(settings, journals),
        effectiveKeys,
        lookupCalls(settings),
        health,
      ],
    };
  }
}

function keyAnswers(settings: LookupSettings): FactoryProvider<KeyAnswers> {
  return {
    provide: KeyAnswers,
    inject: [Unsealer, LookupMetrics, Clock],
    useFactory: (unsealer: Unsealer, metrics: LookupMetrics, clock: Clock) => {
      const alarm = new UnreadableKeyAlarm(new Logger('lookup'), metrics, clock);
      return new KeyAnswers(new SealedKeys(unsealer, alarm), new KnownKeys(settings.KEYWARD_LEASE));
    },
  };
}

const freshLookups: FactoryProvider<FreshLookups> = {
  provide: FreshLookups,
  inject: [EventStore, ReadModel, FreshReader, Tracing],
  useFactory: ({ storeId }: EventStore, readModel: ReadModel, freshReader: FreshReader, tracing: Tracing) =>
    new FreshLookups(storeId, readModel, freshReader, tracing),
};

const positionTokens: FactoryProvider<PositionTokens> = {
  provide: PositionTokens,
  inject: [EventStore],
  useFactory: ({ storeId }: EventStore) => new PositionTokens(storeId),
};

function rateLimit(settings: LookupSettings): FactoryProvider<LookupRateLimit> {
  const rates = {
    perPrincipal: settings.KEYWARD_LOOKUP_RATE_LIMIT,
    perOrganization: settings.KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT,
  };
  return {
    provide: LookupRateLimit,
    inject: [Clock],
    useFactory: (clock: Clock) => new LookupRateLimit(rates, clock),
  };
}

function handOuts(settings: LookupSettings, folder: string): FactoryProvider<HandOuts> {
  const whenUnrecorded = settings.KEYWARD_READ_AUDIT;
  if (whenUnrecorded === 'off') return { provide: HandOuts, useFactory: () => new UnrecordedHandOuts() };
  const options = {
    folder,
    whenUnrecorded,
    intervalMs: settings.KEYWARD_READ_AUDIT_INTERVAL,
    backlogBytes: settings.KEYWARD_READ_AUDIT_BACKLOG,
  };
  return {
    provide: HandOuts,
    inject: [EventStore, Clock, Ids, Supervisor, HealthRegistry, Metrics],
    // eslint-disable-next-line max-params -- what Nest injects comes one by one
    useFactory: (
      events: EventStore,
      clock: Clock,
      ids: Ids,
      supervisor: Supervisor,
      health: HealthRegistry,
      metrics: Metrics,
    ) => {
      const report = new ReadAuditReport(clock, metrics);
      return ReadAudit.open({ events, clock, ids, supervisor, health, report }, options);
    },
  };
}

const effectiveKeys: FactoryProvider<EffectiveKeysService> = {
  provide: EffectiveKeysService,
  inject: [LookupRateLimit, FreshLookups, KeyAnswers, PositionTokens, HandOuts],
  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  useFactory: (
    limit: LookupRateLimit,
    lookups: FreshLookups,
    answers: KeyAnswers,
    positions: PositionTokens,
    recorded: HandOuts,
  ) => new EffectiveKeysService(limit, lookups, answers, positions, recorded),
};

function lookupCalls(settings: LookupSettings): FactoryProvider<LookupCalls> {
  return {
    provide: LookupCalls,
    inject: [EffectiveKeysService, TokenVerifier, LookupMetrics, Refusals, Clock, Tracing],
    // eslint-disable-next-line max-params -- what Nest injects comes one by one
    useFactory: (
      service: EffectiveKeysService,
      tokens: TokenVerifier,
      metrics: LookupMetrics,
      refusals: Refusals,
      clock: Clock,
      tracing: Tracing,
    ) =>
      new LookupCalls({
        service,
        callers: new Callers(tokens),
        metrics,
        refusals,
        clock,
        tracing,
        consistencyTimeoutMs: settings.KEYWARD_CONSISTENCY_TIMEOUT,
      }),
  };
}

const health: FactoryProvider<LookupHealth> = {
  provide: LookupHealth,
  inject: [HealthRegistry, ReadModel, StalenessMonitor],
  useFactory: (registry: HealthRegistry, readModel: ReadModel, monitor: StalenessMonitor) =>
    new LookupHealth(registry, readModel, monitor),
};
