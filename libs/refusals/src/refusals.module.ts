import { EventStore } from '@keyward/event-store';
import { Clock, Metrics, Supervisor } from '@keyward/runtime';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Refusals } from './refusals.js';
import type { RefusalsSettings } from './refusals.settings.js';

/** Gives the application its {@link Refusals}. Needs EventStore and the runtime; import it after them, so that it stops before them. */
@Global()
@Module({})
export class RefusalsModule {
  static forRoot({ KEYWARD_REFUSALS_WINDOW: windowMs }: RefusalsSettings): DynamicModule {
    return {
      module: RefusalsModule,
      providers: [
        {
          provide: Refusals,
          inject: [EventStore, Clock, Metrics, Supervisor],
          useFactory: (events: EventStore, clock: Clock, metrics: Metrics, supervisor: Supervisor) =>
            new Refusals({ events, clock, metrics, supervisor, windowMs }),
        },
      ],
      exports: [Refusals],
    };
  }
}
