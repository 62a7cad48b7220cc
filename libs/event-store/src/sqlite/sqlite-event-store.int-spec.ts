import { describeEventStore } from '../testing/index.js';
import { SqliteEventStore } from './sqlite-event-store.js';
import { temporaryFolder } from './sqlite.fixtures.js';

describeEventStore(
  'SqliteEventStore',
  async () => {
    const folder = temporaryFolder();
    const file = folder.path('log.db');
    let store = await SqliteEventStore.open({ file });
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await SqliteEventStore.open({ file });
        return store;
      },
      dispose: async () => {
        await store.close();
        folder.remove();
      },
    };
  },
  { durable: true, atomic: true, tellsRevisions: true },
);
