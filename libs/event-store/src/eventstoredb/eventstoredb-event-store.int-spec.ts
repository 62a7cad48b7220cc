import { EventStoreDbStandIn, StandInLog } from '../../../../test/support/eventstoredb/index.js';
import { describeEventStore } from '../testing/index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';

describeEventStore(
  'EventStoreDbEventStore',
  async () => {
    const log = await StandInLog.open();
    const standIn = await EventStoreDbStandIn.start({ log });
    let server = standIn;
    let store = await EventStoreDbEventStore.open({ url: standIn.url });
    return {
      store,
      reopen: async () => {
        await store.close();
        server.stop();
        server = await EventStoreDbStandIn.start({ log, port: standIn.port });
        store = await EventStoreDbEventStore.open({ url: server.url });
        return store;
      },
      scavenge: () => log.scavenge(),
      dispose: async () => {
        await store.close();
        server.stop();
        await log.close();
      },
    };
  },
  { durable: true, atomic: false },
);
