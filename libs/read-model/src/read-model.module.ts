import { EventStore } from '@keyward/event-store';
import { HealthRegistry, Metrics, SystemClock } from '@keyward/runtime';
import {
  Global,
  Module,
  type DynamicModule,
  type OnModuleInit,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { FreshReader, type StaleAnswers } from './freshness/fresh-reader.js';
import { StalenessMonitor } from './freshness/staleness-monitor.js';
import { openReadModel } from './open-read-model.js';
import { ReadModel, ReadModelWriter, canBindToLog, canCheckSetup } from './read-model.port.js';
import type { BreakerState } from './redis/circuit-breaker.js';

export interface ReadModelModuleOptions {
  /** `KEYWARD_STALENESS_BOUND`, in milliseconds. @defaultValue 2000 */
  readonly stalenessBoundMs?: number;
  /** `KEYWARD_STALE_ANSWERS`. @defaultValue refuse */
  readonly staleAnswers?: StaleAnswers;
  /** True when the process is not ready while the read model does not answer. Needs the runtime. @defaultValue false */
  readonly neededForReadiness?: boolean;
}

/**
 * Gives the whole application one read model, by its {@link ReadModel} and {@link ReadModelWriter}
 * sides, and the {@link FreshReader} over it. Needs a global {@link EventStore}.
 */
@Global()
@Module({})
export class ReadModelModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly readModel: ReadModel,
    private readonly monitor: StalenessMonitor,
    private readonly events: EventStore,
  ) {}

  /** @param url what `KEYWARD_READ_MODEL` says; see {@link openReadModel}. */
  static forRoot(url: string, options: ReadModelModuleOptions = {}): DynamicModule {
    return {
      module: ReadModelModule,
      providers: [
        {
          provide: ReadModel,
          inject: [{ token: Metrics, optional: true }],
          useFactory: (metrics?: Metrics) =>
            openReadModel(url, metrics && { onBreaker: breakerGauge(metrics) }),
        },
        { provide: ReadModelWriter, useExisting: ReadModel },
        monitorProvider(options.stalenessBoundMs ?? 2_000),
        readerProvider(options.staleAnswers ?? 'refuse'),
        ...(options.neededForReadiness ? [readiness] : []),
      ],
      exports: [ReadModel, ReadModelWriter, FreshReader, StalenessMonitor],
    };
  }

  /** @throws ReadModelSetupError */
  async onModuleInit(): Promise<void> {
    if (canBindToLog(this.readModel)) this.readModel.bindTo(this.events.storeId);
    if (canCheckSetup(this.readModel)) await this.readModel.checkSetup().catch(this.refuseToStart);
    this.monitor.start();
  }

  /** Nest closes nothing after a start that failed, and an open connection would keep the process. */
  private readonly refuseToStart = async (error: unknown): Promise<never> => {
    await this.readModel.close();
    throw error;
  };

  async onApplicationShutdown(): Promise<void> {
    this.monitor.stop();
    await this.readModel.close();
  }
}

const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

function breakerGauge(metrics: Metrics): (state: BreakerState) => void {
  const gauge = metrics.gauge({
    name: 'keyward_read_model_breaker_state',
    help: 'Whether Redis is asked: 0 yes; 1 one call sees whether it answers again; 2 not, because it did not answer.',
  });
  gauge.set(BREAKER_VALUES.closed);
  return (state) => gauge.set(BREAKER_VALUES[state]);
}

const readiness: Provider = {
  provide: Symbol('READINESS'),
  inject: [HealthRegistry, ReadModel],
  useFactory: (health: HealthRegistry, readModel: ReadModel) =>
    health.ready('read-model', async () => ((await readModel.health()).ok ? undefined : 'does not answer')),
};

function monitorProvider(boundMs: number): Provider {
  return {
    provide: StalenessMonitor,
    inject: [ReadModel],
    useFactory: (readModel: ReadModel) =>
      new StalenessMonitor({ readModel, clock: new SystemClock(), boundMs }),
  };
}

function readerProvider(staleAnswers: StaleAnswers): Provider {
  return {
    provide: FreshReader,
    inject: [ReadModel, EventStore, StalenessMonitor],
    useFactory: (readModel: ReadModel, events: EventStore, monitor: StalenessMonitor) =>
      new FreshReader({ readModel, events, monitor, staleAnswers }),
  };
}
