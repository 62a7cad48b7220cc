import { describeReadModel } from '../testing/index.js';
import { at, projectSlot, slotWithKey, STORE } from '../testing/sample-records.js';
import { MemoryReadModel } from './memory-read-model.js';

describeReadModel(
  'MemoryReadModel',
  () => {
    const store = new MemoryReadModel();
    return Promise.resolve({ reader: store, writer: store, close: () => store.close() });
  },
  { waitsForPosition: true },
);

describe('MemoryReadModel', () => {
  it('hands out one status object until something changes, because every lookup carries it', async () => {
    const store = new MemoryReadModel();
    await store.reset(STORE);
    const { status } = await store.lookup([]);
    expect((await store.lookup([])).status).toBe(status);
    await store.write([slotWithKey(projectSlot('acme', 'website', 'openai'))], at(1));
    expect((await store.lookup([])).status).not.toBe(status);
  });
});
