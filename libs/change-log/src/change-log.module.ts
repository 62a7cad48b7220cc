import { Module, type DynamicModule } from '@nestjs/common';
import { ChangeLogReader, ChangeLogWriter } from './change-log.port.js';
import { openChangeLog } from './open-change-log.js';

const CHANGE_LOG = Symbol('CHANGE_LOG');

type OpenChangeLog = ReturnType<typeof openChangeLog>;

/** Provides {@link ChangeLogWriter} and {@link ChangeLogReader} of one change log everywhere. */
@Module({})
export class ChangeLogModule {
  /** @param url - KEYWARD_CHANGE_LOG */
  static forRoot(url: string): DynamicModule {
    return {
      module: ChangeLogModule,
      global: true,
      providers: [
        { provide: CHANGE_LOG, useFactory: () => openChangeLog(url) },
        { provide: ChangeLogWriter, inject: [CHANGE_LOG], useFactory: ({ writer }: OpenChangeLog) => writer },
        { provide: ChangeLogReader, inject: [CHANGE_LOG], useFactory: ({ reader }: OpenChangeLog) => reader },
      ],
      exports: [ChangeLogWriter, ChangeLogReader],
    };
  }
}
