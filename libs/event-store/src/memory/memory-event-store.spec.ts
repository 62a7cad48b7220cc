import { describeEventStore } from '../testing/index.js';
import { MemoryEventStore } from './memory-event-store.js';

describeEventStore(
  'MemoryEventStore',
  async () => {
    const store = new MemoryEventStore();
    return { store, dispose: () => store.close() };
  },
  { durable: false, atomic: true, tellsRevisions: true },
);
