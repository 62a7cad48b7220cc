import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { EventStore } from './event-store.port.js';
import { openEventStore } from './open-event-store.js';

/** Gives the whole application one {@link EventStore}. */
@Global()
@Module({})
export class EventStoreModule implements OnApplicationShutdown {
  constructor(private readonly store: EventStore) {}

  /** @param url what `KEYWARD_EVENT_STORE` says; see {@link openEventStore}. */
  static forRoot(url: string): DynamicModule {
    return {
      module: EventStoreModule,
      providers: [{ provide: EventStore, useFactory: () => openEventStore(url) }],
      exports: [EventStore],
    };
  }

  /** In the last phase of a shutdown: servers still finish requests in the phases before it. */
  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
