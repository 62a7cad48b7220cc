import { EventStore } from '@keyward/event-store';
import { Metrics } from '@keyward/runtime';
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeLogReader, ChangeLogWriter } from './change-log.port.js';
import { openChangeLog, type OpenChangeLog } from './open-change-log.js';

const CHANGE_LOG = Symbol('CHANGE_LOG');

/**
 * Provides {@link ChangeLogWriter} and {@link ChangeLogReader} of one change log everywhere. With Kafka it needs a global
 * EventStore.
 */
@Module({})
export class ChangeLogModule implements OnApplicationShutdown {
  constructor(@Inject(CHANGE_LOG) private readonly changeLog: OpenChangeLog) {}

  /** @param url - KEYWARD_CHANGE_LOG */
  static forRoot(url: string): DynamicModule {
    return {
      module: ChangeLogModule,
      global: true,
      providers: [
        {
          provide: CHANGE_LOG,
          inject: [
            { token: EventStore, optional: true },
            { token: Metrics, optional: true },
          ],
          useFactory: (store?: EventStore, metrics?: Metrics) => openChangeLog(url, { store, metrics }),
        },
        { provide: ChangeLogWriter, inject: [CHANGE_LOG], useFactory: ({ writer }: OpenChangeLog) => writer },
        { provide: ChangeLogReader, inject: [CHANGE_LOG], useFactory: ({ reader }: OpenChangeLog) => reader },
      ],
      exports: [ChangeLogWriter, ChangeLogReader],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.changeLog.close();
  }
}
