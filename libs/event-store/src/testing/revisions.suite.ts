import { canTellRevisions, type EventStore } from '../event-store.port.js';
import { anEvent, appendEach, collect, expectCode, numbered, uniqueName } from './fixtures.js';
import type { StoreTest } from './store-under-test.js';

/** The ability `lastRevision`. */
export function describeRevisions(test: StoreTest): void {
  describe('telling the last revision of a stream', () => {
    test('says no_stream of a stream that never was, and follows it from its first event on', async ({
      store,
    }) => {
      const stream = uniqueName('followed');
      const last = (): unknown => telling(store).lastRevision(stream);
      expect(last()).toBe('no_stream');
      await appendEach(store, stream, numbered(1));
      expect(last()).toBe(0n);
      await store.append({ stream, expectedRevision: 0n, events: numbered(3) });
      expect(last()).toBe(3n);
    });

    test('has moved once an append is acknowledged, whoever waits beside it', async ({ store }) => {
      const stream = uniqueName('crowded');
      expect(telling(store).lastRevision(stream)).toBe('no_stream');
      await Promise.all(
        numbered(50).map(async (event) => {
          const { revision } = await store.append({ stream, expectedRevision: 'any', events: [event] });
          expect((telling(store).lastRevision(stream) as bigint) >= revision).toBe(true);
        }),
      );
      expect(telling(store).lastRevision(stream)).toBe(49n);
    });

    test('does not go back when an old append is retried', async ({ store }) => {
      const stream = uniqueName('retried');
      const first = { stream, expectedRevision: 'no_stream' as const, events: [anEvent()] };
      await store.append(first);
      await appendEach(store, stream, numbered(2));
      expect(telling(store).lastRevision(stream)).toBe(2n);
      await store.append(first);
      expect(telling(store).lastRevision(stream)).toBe(2n);
    });

    test('is not moved by an append that was refused', async ({ store }) => {
      const stream = uniqueName('refused');
      await appendEach(store, stream, numbered(1));
      expect(telling(store).lastRevision(stream)).toBe(0n);
      await expectCode(
        store.append({ stream, expectedRevision: 5n, events: numbered(1) }),
        'WRONG_EXPECTED_REVISION',
      );
      expect(telling(store).lastRevision(stream)).toBe(0n);
    });

    test('says no_stream once the stream is deleted', async ({ store }) => {
      const stream = uniqueName('gone');
      await appendEach(store, stream, numbered(2));
      expect(telling(store).lastRevision(stream)).toBe(1n);
      await store.deleteStream(stream);
      expect(telling(store).lastRevision(stream)).toBe('no_stream');
      expect(await collect(store.readStream(stream))).toEqual([]);
    });
  });
}

function telling(store: EventStore) {
  if (!canTellRevisions(store)) throw new Error('the store does not offer lastRevision');
  return store;
}
