import { TokenVerifier } from '@keyward/access';
import { EventStore } from '@keyward/event-store';
import { FreshReader, ReadModel, StalenessMonitor } from '@keyward/read-model';
import { Refusals } from '@keyward/refusals';
import { Clock, HealthRegistry, Metrics, Tracing } from '@keyward/runtime';
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
import { FreshLookups } from './reading/fresh-lookups.js';

export { withSecretsZeroed } from './answers/zero-secrets.js';

/**
 * gRPC EffectiveKeys. Whoever composes gives, as global modules: EventStore, ReadModel with
 * FreshReader, TokenVerifier, Unsealer, Refusals and the runtime; and serves the package definition through
 * {@link withSecretsZeroed}.
 */
@Module({})
export class LookupModule {
  static forRoot(settings: LookupSettings): DynamicModule {
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

const effectiveKeys: FactoryProvider<EffectiveKeysService> = {
  provide: EffectiveKeysService,
  inject: [LookupRateLimit, FreshLookups, KeyAnswers, PositionTokens],
  useFactory: (
    limit: LookupRateLimit,
    lookups: FreshLookups,
    answers: KeyAnswers,
    positions: PositionTokens,
  ) => new EffectiveKeysService(limit, lookups, answers, positions),
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
