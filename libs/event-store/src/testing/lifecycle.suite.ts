import { canAppendAtomically, type EventStore, type StreamAppend } from '../event-store.port.js';
import { anEvent, appendEach, collect, eventOfSize, expectCode, numbered, uniqueName } from './fixtures.js';
import type { StoreTest, StoreUnderTest } from './store-under-test.js';

/** Health and closing, on every store. */
export function describeLifecycle(test: StoreTest): void {
  describe('health and closing', () => {
    test('has an id that fits into a position token', async ({ store }) => {
      expect(store.storeId).toMatch(/^[^:\s]{8,64}$/);
    });

    test('is healthy while it is open, and says so when it is not', async ({ store }) => {
      expect(await store.health()).toEqual({ ok: true });
      await store.close();
      expect(await store.health()).toEqual({ ok: false, detail: expect.stringMatching(/closed/) });
    });

    test('waits for appends under way when it closes', async ({ store }) => {
      const stream = uniqueName('closing');
      const appends = numbered(20).map((event) => appendEach(store, stream, [event]));
      const [outcomes] = await Promise.all([Promise.all(appends), store.close()]);
      expect(outcomes).toHaveLength(20);
    });

    test('may be closed twice, and answers UNAVAILABLE afterwards', async ({ store }) => {
      await Promise.all([store.close(), store.close()]);
      await store.close();
      const stream = uniqueName('closed');
      await expectCode(store.append({ stream, expectedRevision: 'any', events: [anEvent()] }), 'UNAVAILABLE');
      await expectCode(store.deleteStream(stream), 'UNAVAILABLE');
      await expectCode(store.setMaxCount(stream, 1), 'UNAVAILABLE');
      await expectCode(store.head(), 'UNAVAILABLE');
      await expectCode(collect(store.readStream(stream)), 'UNAVAILABLE');
      await expectCode(collect(store.readAll()), 'UNAVAILABLE');
    });
  });
}

/** Restart of a log that survives its process. */
export function describeRestarts(test: StoreTest): void {
  describe('after a restart', () => {
    test('is the same log, with everything in it', async (subject) => {
      const { store } = subject;
      const stream = uniqueName('restart');
      await appendEach(store, stream, numbered(5));
      const [before, head] = [await collect(store.readStream(stream)), await store.head()];
      const again = await reopened(subject);
      expect(again.storeId).toBe(store.storeId);
      expect(await collect(again.readStream(stream))).toEqual(before);
      expect(await again.head()).toEqual(head);
    });

    test('still knows retries, deleted streams and how much to keep', async (subject) => {
      const { store } = subject;
      const [kept, gone] = [uniqueName('kept'), uniqueName('gone')];
      const append: StreamAppend = { stream: kept, expectedRevision: 'no_stream', events: numbered(2) };
      const first = await store.append(append);
      await store.setMaxCount(kept, 2);
      await appendEach(store, gone, numbered(1));
      await store.deleteStream(gone);
      const again = await reopened(subject);
      expect(await again.append(append)).toEqual(first);
      await appendEach(again, kept, numbered(1, 2));
      expect(await collect(again.readStream(kept))).toHaveLength(2);
      await expectCode(
        again.append({ stream: gone, expectedRevision: 'any', events: [anEvent()] }),
        'STREAM_DELETED',
      );
    });
  });
}

/** The ability `appendAll`. */
export function describeAtomicAppends(test: StoreTest): void {
  describe('appending to several streams at once', () => {
    test('writes all of them, with a result for each', async ({ store }) => {
      const streams = [uniqueName('first'), uniqueName('second')];
      const appends = streams.map((stream, index) => anAppend(stream, index + 1));
      const results = await atomic(store).appendAll(appends);
      expect(results.map(({ revision }) => revision)).toEqual([0n, 1n]);
      for (const [index, stream] of streams.entries()) {
        const events = await collect(store.readStream(stream));
        expect(events).toHaveLength(index + 1);
        expect(events.at(-1)?.position).toEqual(results[index]?.position);
      }
    });

    test('writes none of them when one is refused, and leaves neighbours alone', async ({ store }) => {
      const [fresh, taken, neighbour] = [uniqueName('fresh'), uniqueName('taken'), uniqueName('neighbour')];
      await appendEach(store, taken, numbered(1));
      const refused = atomic(store).appendAll([
        anAppend(fresh),
        anAppend(taken),
        anAppend(uniqueName('third')),
      ]);
      const accepted = store.append(anAppend(neighbour));
      await expectCode(refused, 'WRONG_EXPECTED_REVISION');
      await accepted;
      expect(await collect(store.readStream(fresh))).toEqual([]);
      expect(await collect(store.readStream(taken))).toHaveLength(1);
      expect(await collect(store.readStream(neighbour))).toHaveLength(1);
    });

    test('writes none of them when one holds an event that is too large', async ({ store }) => {
      const fresh = uniqueName('fresh');
      const large = { ...anAppend(uniqueName('large')), events: [eventOfSize(2_000_000)] };
      await expectCode(atomic(store).appendAll([anAppend(fresh), large]), 'EVENT_TOO_LARGE');
      expect(await collect(store.readStream(fresh))).toEqual([]);
    });

    test('answers a retry with the first results', async ({ store }) => {
      const appends = [anAppend(uniqueName('one')), anAppend(uniqueName('two'))];
      const first = await atomic(store).appendAll(appends);
      expect(await atomic(store).appendAll(appends)).toEqual(first);
      expect(await collect(store.readStream(appends[0]!.stream))).toHaveLength(1);
    });

    test('of nothing gives nothing', async ({ store }) => {
      expect(await atomic(store).appendAll([])).toEqual([]);
    });
  });
}

function anAppend(stream: string, count = 1): StreamAppend {
  return { stream, expectedRevision: 'no_stream', events: numbered(count) };
}

function atomic(store: EventStore) {
  if (!canAppendAtomically(store)) throw new Error('the store does not offer appendAll');
  return store;
}

async function reopened({ reopen }: StoreUnderTest): Promise<EventStore> {
  if (!reopen) throw new Error('a durable store must give the suite a way to reopen it');
  return reopen();
}
