import { startStandInProcess } from '../../../../test/support/eventstoredb/index.js';
import { temporaryFolder } from '../sqlite/sqlite.fixtures.js';
import { anEvent, collect, expectCode, numbered, uniqueName } from '../testing/index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { appendUntilKnown, SHORT } from './eventstoredb.fixtures.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

describe('the stand-in as a process of its own', () => {
  it('keeps what it has acknowledged when it is killed, round after round', async () => {
    const file = folder.path('killed.db');
    const acknowledged: string[] = [];
    let port = 0;
    let store: EventStoreDbEventStore | undefined;
    for (let round = 0; round < 3; round += 1) {
      const server = await startStandInProcess(file, port);
      port = server.port;
      store ??= await EventStoreDbEventStore.open({ url: server.url, ...SHORT });
      const writing = [0, 1, 2, 3].map((writer) =>
        writeUntilRefused(store!, `${round}-${writer}`, acknowledged),
      );
      const before = acknowledged.length;
      while (acknowledged.length < before + 50) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.kill();
      await Promise.all(writing);
    }
    const server = await startStandInProcess(file, port);
    const held = new Set((await collect(store!.readAll())).map(({ id }) => id));
    expect(acknowledged.filter((id) => !held.has(id))).toEqual([]);
    await store!.close();
    await server.kill();
  });

  it('frozen is an unknown outcome within the time limit, and continued answers the retry once', async () => {
    const server = await startStandInProcess(folder.path('frozen.db'));
    const store = await EventStoreDbEventStore.open({ url: server.url, ...SHORT });
    const append = {
      stream: uniqueName('frozen'),
      expectedRevision: 'no_stream',
      events: numbered(1),
    } as const;
    server.freeze();
    await expectCode(store.append(append), 'UNKNOWN_OUTCOME');
    await expectCode(store.head(), 'UNAVAILABLE');
    expect(await store.health()).toMatchObject({ ok: false });
    server.thaw();
    expect(await appendUntilKnown(store, append)).toMatchObject({ revision: 0n });
    expect(await collect(store.readStream(append.stream))).toHaveLength(1);
    await store.close();
    await server.kill();
  });
});

async function writeUntilRefused(
  store: EventStoreDbEventStore,
  name: string,
  acknowledged: string[],
): Promise<void> {
  for (let revision = -1n; ; revision += 1n) {
    const event = anEvent();
    const expectedRevision = revision < 0n ? 'no_stream' : revision;
    try {
      await store.append({ stream: `writer-${name}`, expectedRevision, events: [event] });
      acknowledged.push(event.id);
    } catch (error) {
      expect((error as { code: string }).code).toMatch(/^(UNKNOWN_OUTCOME|UNAVAILABLE)$/);
      return;
    }
  }
}
