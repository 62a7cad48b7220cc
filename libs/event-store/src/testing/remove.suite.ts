import { comparePositions } from '@keyward/contracts';
import { appendEach, anEvent, collect, expectCode, numbered, numbersOf, uniqueName } from './fixtures.js';
import { Follower } from './follower.js';
import type { StoreTest } from './store-under-test.js';

/** Deleting streams, and keeping only the last events of one. */
export function describeRemovals(test: StoreTest): void {
  describe('deleting a stream', () => {
    test('removes its events from reads of the stream at once', async ({ store }) => {
      const stream = uniqueName('deleted');
      await appendEach(store, stream, numbered(3));
      await store.deleteStream(stream);
      expect(await collect(store.readStream(stream))).toEqual([]);
      expect(await collect(store.readStream(stream, { direction: 'backwards' }))).toEqual([]);
    });

    test('removes its events from the whole log', async ({ store, scavenge }) => {
      const stream = uniqueName('deleted');
      const filter = { streamPrefixes: [stream] };
      await appendEach(store, stream, numbered(3));
      await store.deleteStream(stream);
      await scavenge?.();
      expect(await collect(store.readAll({ filter }))).toEqual([]);
      const follower = new Follower(store, { after: 'start', filter });
      await follower.untilCaughtUp(await store.head());
      expect(follower.events).toEqual([]);
      await follower.stop();
    });

    for (const expectedRevision of ['any', 'no_stream', 'stream_exists', 0n] as const) {
      test(`is for ever: an append with ${expectedRevision} answers STREAM_DELETED`, async ({ store }) => {
        const stream = uniqueName('tombstone');
        const first = anEvent();
        await store.append({ stream, expectedRevision: 'no_stream', events: [first] });
        await store.deleteStream(stream);
        await expectCode(store.append({ stream, expectedRevision, events: [anEvent()] }), 'STREAM_DELETED');
        await expectCode(store.append({ stream, expectedRevision, events: [first] }), 'STREAM_DELETED');
        await expectCode(store.setMaxCount(stream, 1), 'STREAM_DELETED');
        expect(await collect(store.readStream(stream))).toEqual([]);
      });
    }

    test('twice, or one that never was, is no error', async ({ store }) => {
      const stream = uniqueName('twice');
      await appendEach(store, stream, numbered(1));
      await store.deleteStream(stream);
      await store.deleteStream(stream);
      const missing = uniqueName('missing');
      await store.deleteStream(missing);
      await store.append({ stream: missing, expectedRevision: 'no_stream', events: [anEvent()] });
      expect(await collect(store.readStream(missing))).toHaveLength(1);
    });

    test('leaves streams alone whose names begin alike', async ({ store }) => {
      const stream = uniqueName('alike');
      await appendEach(store, stream, numbered(1));
      await appendEach(store, `${stream}-2`, numbered(1));
      await store.deleteStream(stream);
      expect(await collect(store.readStream(`${stream}-2`))).toHaveLength(1);
    });

    test('never lets the log give a position twice or its head go back', async ({ store }) => {
      const stream = uniqueName('reuse');
      const { position } = await store.append({ stream, expectedRevision: 'any', events: numbered(3) });
      await store.deleteStream(stream);
      expect(comparePositions(await store.head(), position)).toBeGreaterThanOrEqual(0);
      const next = await store.append({
        stream: uniqueName('next'),
        expectedRevision: 'any',
        events: numbered(1),
      });
      expect(comparePositions(next.position, position)).toBeGreaterThan(0);
    });
  });

  describe('keeping only the last events of a stream', () => {
    test('trims at once', async ({ store }) => {
      const stream = uniqueName('trim');
      await appendEach(store, stream, numbered(5));
      await store.setMaxCount(stream, 2);
      expect(numbersOf(await collect(store.readStream(stream)))).toEqual([3, 4]);
      expect(numbersOf(await collect(store.readStream(stream, { direction: 'backwards' })))).toEqual([4, 3]);
      expect(numbersOf(await collect(store.readStream(stream, { fromRevision: 0n, maxCount: 1 })))).toEqual([
        3,
      ]);
    });

    test('trims on each later append and keeps revisions counting', async ({ store }) => {
      const stream = uniqueName('trim-on');
      await store.setMaxCount(stream, 2);
      await appendEach(store, stream, numbered(4));
      await store.append({ stream, expectedRevision: 3n, events: numbered(3, 4) });
      const events = await collect(store.readStream(stream));
      expect(numbersOf(events)).toEqual([5, 6]);
      expect(events.map(({ revision }) => revision)).toEqual([5n, 6n]);
    });

    test('of one stream leaves the others whole', async ({ store }) => {
      const stream = uniqueName('trim-one');
      await appendEach(store, stream, numbered(2));
      await appendEach(store, `${stream}-other`, numbered(2));
      await store.setMaxCount(stream, 1);
      expect(await collect(store.readStream(`${stream}-other`))).toHaveLength(2);
    });

    test('can be changed, and brings nothing back', async ({ store }) => {
      const stream = uniqueName('trim-change');
      await appendEach(store, stream, numbered(5));
      await store.setMaxCount(stream, 1);
      await store.setMaxCount(stream, 3);
      await appendEach(store, stream, numbered(1, 5));
      expect(numbersOf(await collect(store.readStream(stream)))).toEqual([4, 5]);
    });

    for (const maxCount of [0, -1, 1.5, Number.NaN]) {
      test(`refuses a count of ${maxCount}`, async ({ store }) => {
        await expectCode(store.setMaxCount(uniqueName('count'), maxCount), 'INVALID_APPEND');
      });
    }
  });
}
