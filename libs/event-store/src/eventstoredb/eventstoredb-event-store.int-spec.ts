import { EventStoreDbStandIn, StandInLog } from '../../../../test/support/eventstoredb/index.js';
import { describeEventStore } from '../testing/index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { REAL_SERVER } from './eventstoredb.fixtures.js';

describeEventStore(
  'EventStoreDbEventStore at the stand-in',
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
  { durable: true, atomic: false, tellsRevisions: false },
);

if (REAL_SERVER !== undefined) {
  const url = REAL_SERVER;
  const NEEDS_SCAVENGE = 'a scavenge leaves the chunk alone that is being written';
  describeEventStore(
    'EventStoreDbEventStore at KEYWARD_TEST_EVENTSTORE_URL',
    async () => {
      let store = await EventStoreDbEventStore.open({ url });
      return {
        store,
        reopen: async () => {
          await store.close();
          store = await EventStoreDbEventStore.open({ url });
          return store;
        },
        dispose: () => store.close(),
      };
    },
    {
      durable: true,
      atomic: false,
      tellsRevisions: false,
      except: {
        'removes its events from the whole log': NEEDS_SCAVENGE,
        'holds after any sequence of appends and removals what a trivial model holds': NEEDS_SCAVENGE,
      },
    },
  );
}
