import { EventStore } from '@keyward/event-store';
import { Clock, Metrics } from '@keyward/runtime';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { LoggedHistoryReport } from './history.report.js';
import { History } from './history.js';
import { openHistoryThread } from './thread/history-thread.js';

/** Gives the application its {@link History}. Needs EventStore and the runtime. Whoever reads it has to keep it going. */
@Global()
@Module({})
export class HistoryModule {
  /** @param file the index, made when it is not there */
  static forRoot(file: string): DynamicModule {
    return {
      module: HistoryModule,
      providers: [
        {
          provide: History,
          inject: [EventStore, Clock, Metrics],
          useFactory: (events: EventStore, clock: Clock, metrics: Metrics) =>
            new History({
              events,
              open: (discard) => openHistoryThread({ file, discard, storeId: events.storeId }),
              report: new LoggedHistoryReport(clock, metrics),
            }),
        },
      ],
      exports: [History],
    };
  }
}
