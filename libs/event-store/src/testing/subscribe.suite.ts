import { comparePositions } from '@keyward/contracts';
import type { EventStore, RecordedEvent } from '../event-store.port.js';
import { anEvent, appendEach, collect, idsOf, numbered, numbersOf, uniqueName } from './fixtures.js';
import { Follower } from './follower.js';
import type { StoreTest } from './store-under-test.js';

/** Subscriptions to the whole log. */
export function describeSubscriptions(test: StoreTest): void {
  describe('subscribing', () => {
    test('yields what is there, then what comes', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(3));
      const follower = new Follower(store, { after: 'start', filter });
      await follower.untilCount(3);
      await appendEach(store, stream, numbered(3, 3));
      await follower.untilCount(6);
      expect(numbersOf(follower.events)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(follower.events).toEqual(await collect(store.readStream(stream)));
      await follower.stop();
    });

    test('starts after a position, that one excluded', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(5));
      const [, , third] = await collect(store.readStream(stream));
      const follower = new Follower(store, { after: third!.position, filter });
      await follower.untilCount(2);
      await follower.untilCaughtUp(await store.head());
      expect(numbersOf(follower.events)).toEqual([3, 4]);
      await follower.stop();
    });

    test('started after the head yields only what comes', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(2));
      const follower = new Follower(store, { after: await store.head(), filter });
      await follower.until(({ caughtUp }) => caughtUp.length > 0);
      await appendEach(store, stream, numbered(1, 2));
      await follower.untilCount(1);
      expect(numbersOf(follower.events)).toEqual([2]);
      await follower.stop();
    });

    test('goes from catch-up to live without a gap or a repeat under concurrent writers', async ({
      store,
    }) => {
      const { stream, filter } = aStream();
      const writers = 4;
      const each = 60;
      const followers: Follower[] = [];
      await Promise.all(
        Array.from({ length: writers }, async (_, writer) => {
          for (let count = 0; count < each; count += 1) {
            await appendEach(store, `${stream}-${writer}`, [anEvent({ writer, count })]);
            if (count % 20 === writer) followers.push(new Follower(store, { after: 'start', filter }));
          }
        }),
      );
      expect(followers).toHaveLength(12);
      const logged = idsOf(await collect(store.readAll({ filter })));
      expect(logged).toHaveLength(writers * each);
      for (const follower of followers) {
        await follower.untilCaughtUp(await store.head());
        expect(idsOf(follower.events)).toEqual(logged);
        await follower.stop();
      }
    });

    test('resumed from any event it gave goes on with the next', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(7));
      const events = await collect(store.readStream(stream));
      for (const [index, event] of events.entries()) {
        const follower = new Follower(store, { after: event.position, filter });
        await follower.untilCaughtUp(await store.head());
        expect(idsOf(follower.events)).toEqual(idsOf(events.slice(index + 1)));
        await follower.stop();
      }
    });

    test('filters by event type', async ({ store }) => {
      const { stream, filter } = aStream();
      const types = ['Wanted', 'Other', 'Wanted', 'Another'];
      await appendEach(
        store,
        stream,
        types.map((type, number) => anEvent({ number }, type)),
      );
      const follower = new Follower(store, { after: 'start', filter: { ...filter, eventTypes: ['Wanted'] } });
      await follower.untilCaughtUp(await store.head());
      expect(numbersOf(follower.events)).toEqual([0, 2]);
      await follower.stop();
    });

    test('gives a long log in order in batches that are never empty', async ({ store }) => {
      const { stream, filter } = aStream();
      const events = numbered(1_500);
      await store.append({ stream, expectedRevision: 'no_stream', events });
      const abort = new AbortController();
      const seen: RecordedEvent[] = [];
      for await (const message of store.subscribeToAll({ after: 'start', filter, signal: abort.signal })) {
        if (message.kind === 'caught_up') abort.abort();
        else {
          expect(message.events.length).toBeGreaterThan(0);
          seen.push(...message.events);
        }
      }
      expect(idsOf(seen)).toEqual(idsOf(events));
    });
  });

  describe('being caught up', () => {
    test('is told with a position from which nothing is missed', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(3));
      const head = await store.head();
      const follower = new Follower(store, { after: 'start', filter });
      await follower.untilCaughtUp(head);
      expect(follower.events).toHaveLength(3);
      const checkpoint = follower.caughtUp.at(-1)!;
      await follower.stop();
      await appendEach(store, stream, numbered(1, 3));
      const resumed = new Follower(store, { after: checkpoint, filter });
      await resumed.untilCount(1);
      expect(numbersOf(resumed.events)).toEqual([3]);
      await resumed.stop();
    });

    test('is told although the filter lets nothing pass, and again as the log grows', async ({ store }) => {
      const { stream } = aStream();
      await appendEach(store, stream, numbered(2));
      const filter = { streamPrefixes: [uniqueName('nothing')] };
      const follower = new Follower(store, { after: 'start', filter });
      await follower.untilCaughtUp(await store.head());
      await appendEach(store, stream, numbered(1, 2));
      await follower.untilCaughtUp(await store.head());
      expect(follower.events).toEqual([]);
      await follower.stop();
    });

    test('is not told before everything that was there at the beginning has come', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(30));
      for (const wanted of [filter, { streamPrefixes: [uniqueName('nothing')] }]) {
        const head = await store.head();
        const follower = new Follower(store, { after: 'start', filter: wanted });
        await follower.until(({ caughtUp }) => caughtUp.length > 0);
        expect(comparePositions(follower.caughtUp[0]!, head)).toBeGreaterThanOrEqual(0);
        await follower.stop();
      }
    });

    test('is never told of a position whose events are still to come', async ({ store }) => {
      const { stream, filter } = aStream();
      const abort = new AbortController();
      const writing = appendEach(store, stream, numbered(100));
      let last: RecordedEvent | undefined;
      for await (const message of store.subscribeToAll({ after: 'start', filter, signal: abort.signal })) {
        if (message.kind === 'events') {
          last = message.events.at(-1)!;
          continue;
        }
        const [next] = await collect(
          store.readStream(stream, { fromRevision: (last?.revision ?? -1n) + 1n, maxCount: 1 }),
        );
        if (next) expect(comparePositions(next.position, message.position)).toBeGreaterThan(0);
        if (last?.revision === 99n) abort.abort();
      }
      await writing;
    });
  });

  describe('several subscribers', () => {
    test('each see everything, in the same order', async ({ store }) => {
      const { stream, filter } = aStream();
      const followers = Array.from({ length: 25 }, () => new Follower(store, { after: 'start', filter }));
      await Promise.all(numbered(100).map((event) => appendEach(store, stream, [event])));
      const logged = idsOf(await collect(store.readStream(stream)));
      for (const follower of followers) {
        await follower.untilCount(100);
        expect(idsOf(follower.events)).toEqual(logged);
        await follower.stop();
      }
    });

    test('are not held up by a slow one, and neither are appends; the slow one misses nothing', async ({
      store,
    }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(1));
      const abort = new AbortController();
      const subscription = store.subscribeToAll({ after: 'start', filter, signal: abort.signal });
      const slow = subscription[Symbol.asyncIterator]();
      await slow.next();
      const quick = new Follower(store, { after: 'start', filter });
      await appendEach(store, stream, numbered(200, 1));
      await quick.untilCount(201);
      await quick.stop();

      const seen = [0];
      while (seen.length < 201) {
        const { value } = await slow.next();
        if (value?.kind === 'events') seen.push(...(numbersOf(value.events) as number[]));
      }
      expect(seen).toEqual(Array.from({ length: 201 }, (_, number) => number));
      abort.abort();
      expect(await slow.next()).toEqual({ done: true, value: undefined });
    });
  });

  describe('ending a subscription', () => {
    test('by its signal ends the iteration, also while it waits', async ({ store }) => {
      const follower = new Follower(store, { after: await store.head() });
      await follower.until(({ caughtUp }) => caughtUp.length > 0);
      await follower.stop();
      const counted = follower.events.length;
      await appendEach(store, uniqueName('after-end'), numbered(3));
      expect(follower.events).toHaveLength(counted);
    });

    test('that was aborted before it began yields nothing', async ({ store }) => {
      await appendEach(store, uniqueName('before'), numbered(1));
      const signal = AbortSignal.abort();
      expect(await collect(store.subscribeToAll({ after: 'start', signal }))).toEqual([]);
    });

    test('by leaving the loop works without the signal', async ({ store }) => {
      const { stream, filter } = aStream();
      await appendEach(store, stream, numbered(2));
      const { signal } = new AbortController();
      for await (const message of store.subscribeToAll({ after: 'start', filter, signal })) {
        if (message.kind === 'events') break;
      }
      await appendEach(store, stream, numbered(1, 2));
      expect(await collect(store.readStream(stream))).toHaveLength(3);
    });

    test('by closing the store ends it with UNAVAILABLE', async ({ store }) => {
      const follower = new Follower(store, { after: await store.head() });
      await follower.until(({ caughtUp }) => caughtUp.length > 0);
      await store.close();
      await expect(follower.ended).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}

function aStream(): {
  stream: string;
  filter: NonNullable<Parameters<EventStore['readAll']>[0]>['filter'] & object;
} {
  const stream = uniqueName('subscribed');
  return { stream, filter: { streamPrefixes: [stream] } };
}
