import { HealthRegistry } from '@keyward/runtime';
import {
  Global,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { EventStore } from './event-store.port.js';
import { openEventStore } from './open-event-store.js';

export interface EventStoreModuleOptions {
  /** True when the process is not ready while the event log does not answer. Needs the runtime. @defaultValue false */
  readonly neededForReadiness?: boolean;
}

/** Gives the whole application one {@link EventStore}. */
@Global()
@Module({})
export class EventStoreModule implements OnApplicationShutdown {
  constructor(private readonly store: EventStore) {}

  /** @param url what `KEYWARD_EVENT_STORE` says; see {@link openEventStore}. */
  static forRoot(url: string, { neededForReadiness = false }: EventStoreModuleOptions = {}): DynamicModule {
    return {
      module: EventStoreModule,
      providers: [
        { provide: EventStore, useFactory: () => openEventStore(url) },
        ...(neededForReadiness ? [readiness] : []),
      ],
      exports: [EventStore],
    };
  }

  /** In the last phase of a shutdown: servers still finish requests in the phases before it. */
  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

const readiness: Provider = {
  provide: Symbol('READINESS'),
  inject: [HealthRegistry, EventStore],
  useFactory: (health: HealthRegistry, store: EventStore) =>
    health.ready('event-log', async () => ((await store.health()).ok ? undefined : 'does not answer')),
};
