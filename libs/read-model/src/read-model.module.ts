import { EventStore } from '@keyward/event-store';
import { SystemClock } from '@keyward/runtime';
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
import { ReadModel, ReadModelWriter } from './read-model.port.js';

export interface ReadModelModuleOptions {
  /** `KEYWARD_STALENESS_BOUND`, in milliseconds. @defaultValue 2000 */
  readonly stalenessBoundMs?: number;
  /** `KEYWARD_STALE_ANSWERS`. @defaultValue refuse */
  readonly staleAnswers?: StaleAnswers;
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
  ) {}

  /** @param url what `KEYWARD_READ_MODEL` says; see {@link openReadModel}. */
  static forRoot(url: string, options: ReadModelModuleOptions = {}): DynamicModule {
    return {
      module: ReadModelModule,
      providers: [
        { provide: ReadModel, useFactory: () => openReadModel(url) },
        { provide: ReadModelWriter, useExisting: ReadModel },
        monitorProvider(options.stalenessBoundMs ?? 2_000),
        readerProvider(options.staleAnswers ?? 'refuse'),
      ],
      exports: [ReadModel, ReadModelWriter, FreshReader, StalenessMonitor],
    };
  }

  onModuleInit(): void {
    this.monitor.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.monitor.stop();
    await this.readModel.close();
  }
}

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
