import { TokenVerifier } from '@keyward/access';
import { ChangeLogReader } from '@keyward/change-log';
import { EventStore } from '@keyward/event-store';
import { ReadModel } from '@keyward/read-model';
import { Refusals } from '@keyward/refusals';
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { BroadcasterObservation } from './broadcaster-observation.js';
import { BroadcasterService } from './broadcaster.service.js';
import type { BroadcasterSettings } from './broadcaster.settings.js';
import { WatchAccess } from './watch/watch-access.js';
import { WatchGrpcController } from './watch/watch.grpc.controller.js';
import { WatchService } from './watch/watch.service.js';
import { WatchHub } from './watching/watch-hub.js';

export { withSharedEncoding } from './encoding/with-shared-encoding.js';

/**
 * Change log -> gRPC KeyChanges. Whoever composes gives, as global modules: ReadModel,
 * ChangeLogReader, EventStore, TokenVerifier, Refusals and the runtime; and serves the package definition
 * through {@link withSharedEncoding}.
 */
@Module({})
export class BroadcasterModule {
  static forRoot(settings: BroadcasterSettings): DynamicModule {
    return {
      module: BroadcasterModule,
      controllers: [WatchGrpcController],
      providers: [BroadcasterObservation, hub(settings), watchService, BroadcasterService],
    };
  }
}

function hub(settings: BroadcasterSettings): FactoryProvider<WatchHub> {
  return {
    provide: WatchHub,
    inject: [EventStore, ReadModel, ChangeLogReader, BroadcasterObservation],
    useFactory: (
      { storeId }: EventStore,
      readModel: ReadModel,
      { inLogOrder }: ChangeLogReader,
      observation: BroadcasterObservation,
    ) =>
      new WatchHub({
        storeId,
        readModel,
        inLogOrder,
        windowSize: settings.KEYWARD_WATCH_WINDOW,
        heartbeatMs: settings.KEYWARD_WATCH_HEARTBEAT,
        maxBehind: settings.KEYWARD_WATCH_QUEUE,
        maxStallMs: settings.KEYWARD_WATCH_STALL,
        watchesPerPrincipal: settings.KEYWARD_WATCHES_PER_PRINCIPAL,
        clock: observation.clock,
        observer: observation,
      }),
  };
}

const watchService: FactoryProvider<WatchService> = {
  provide: WatchService,
  inject: [EventStore, ReadModel, TokenVerifier, Refusals, WatchHub],
  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  useFactory: (
    store: EventStore,
    readModel: ReadModel,
    tokens: TokenVerifier,
    refusals: Refusals,
    watchHub: WatchHub,
  ) =>
    new WatchService({
      storeId: store.storeId,
      hub: watchHub,
      access: new WatchAccess(readModel, store),
      tokens,
      refusals,
    }),
};
