import { comparePositions, type LogPosition } from '@keyward/contracts';
import {
  MAX_EVENT_BYTES,
  type EventFilter,
  type EventStore,
  type ReadStreamOptions,
} from '../event-store.port.js';
import {
  anEvent,
  appendEach,
  collect,
  eventOfSize,
  idsOf,
  numbered,
  numbersOf,
  uniqueName,
} from './fixtures.js';
import type { StoreTest } from './store-under-test.js';

/** Reading a stream, and reading the whole log. */
export function describeReads(test: StoreTest): void {
  describe('reading a stream', () => {
    const cases: readonly [options: ReadStreamOptions, numbers: readonly number[]][] = [
      [{}, [0, 1, 2, 3, 4]],
      [{ direction: 'backwards' }, [4, 3, 2, 1, 0]],
      [{ fromRevision: 'start' }, [0, 1, 2, 3, 4]],
      [{ fromRevision: 2n }, [2, 3, 4]],
      [{ fromRevision: 2n, direction: 'backwards' }, [2, 1, 0]],
      [{ fromRevision: 'end', direction: 'backwards', maxCount: 1 }, [4]],
      [{ fromRevision: 1n, maxCount: 2 }, [1, 2]],
      [{ fromRevision: 9n }, []],
      [{ fromRevision: 9n, direction: 'backwards' }, [4, 3, 2, 1, 0]],
      [{ maxCount: 0 }, []],
    ];
    for (const [options, numbers] of cases) {
      const how = Object.entries(options).map(([name, value]) => `${name} ${value}`);
      test(`gives the right events: ${how.join(', ') || 'by default'}`, async ({ store }) => {
        const stream = uniqueName('read');
        await store.append({ stream, expectedRevision: 'no_stream', events: numbered(5) });
        expect(numbersOf(await collect(store.readStream(stream, options)))).toEqual(numbers);
      });
    }

    test('gives back what was written, whole', async ({ store }) => {
      const stream = uniqueName('whole');
      const event = {
        ...anEvent({
          text: 'ключ 鍵 🔑 e\u0301 \u0000 \ud800 "quoted" \\ \n',
          nested: { list: [1, -2.5e-7, true, null, ''] },
          ...{ __proto__x: 'x', 'a.b': {} },
        }),
        type: 'Ключ.Set',
        metadata: { actor: 'alice', when: 0 },
      };
      const before = Date.now();
      const { revision, position } = await store.append({
        stream,
        expectedRevision: 'no_stream',
        events: [event],
      });
      const [read] = await collect(store.readStream(stream));
      expect(read).toEqual({ ...event, stream, revision, position, recordedAt: expect.any(Date) });
      expect(Math.abs(read!.recordedAt.getTime() - before)).toBeLessThan(60_000);
    });

    test('keeps a stream name of any script apart from its neighbours', async ({ store }) => {
      const stream = uniqueName('поток~鍵_%*');
      await appendEach(store, stream, numbered(1));
      await appendEach(store, `${stream}x`, numbered(1, 1));
      expect(numbersOf(await collect(store.readStream(stream)))).toEqual([0]);
    });

    test('gives nothing for a stream that never was', async ({ store }) => {
      expect(await collect(store.readStream(uniqueName('never')))).toEqual([]);
    });

    test('finds an event as soon as its append has resolved, every time', async ({ store }) => {
      const stream = uniqueName('own');
      for (let count = 1; count <= 50; count += 1) {
        await store.append({ stream, expectedRevision: 'any', events: [anEvent()] });
        expect(await collect(store.readStream(stream))).toHaveLength(count);
      }
    });

    test('gives a long stream without gap or repeat, both ways', async ({ store }) => {
      const stream = uniqueName('long');
      const events = numbered(1_234);
      await store.append({ stream, expectedRevision: 'no_stream', events });
      expect(idsOf(await collect(store.readStream(stream)))).toEqual(idsOf(events));
      const backwards = await collect(store.readStream(stream, { direction: 'backwards' }));
      expect(idsOf(backwards.reverse())).toEqual(idsOf(events));
    });

    test('gives a stream of large and small events whole', async ({ store }) => {
      const stream = uniqueName('sizes');
      const events = [anEvent(), eventOfSize(MAX_EVENT_BYTES), anEvent(), eventOfSize(500_000), anEvent()];
      await appendEach(store, stream, events);
      expect(idsOf(await collect(store.readStream(stream)))).toEqual(idsOf(events));
    });

    test('can be left early and read again', async ({ store }) => {
      const stream = uniqueName('early');
      await store.append({ stream, expectedRevision: 'no_stream', events: numbered(700) });
      for await (const event of store.readStream(stream)) if (event.revision === 3n) break;
      expect(await collect(store.readStream(stream))).toHaveLength(700);
    });
  });

  describe('reading the whole log', () => {
    test('gives events of all streams in the order of their positions, both ways', async ({ store }) => {
      const { filter, ids } = await interleaved(store);
      const forwards = await collect(store.readAll({ filter }));
      expect(idsOf(forwards)).toEqual(ids);
      for (let index = 1; index < forwards.length; index += 1) {
        expect(comparePositions(forwards[index - 1]!.position, forwards[index]!.position)).toBeLessThan(0);
      }
      const backwards = await collect(store.readAll({ filter, direction: 'backwards' }));
      expect(backwards).toEqual([...forwards].reverse());
    });

    test('starts at a position, that one included, both ways', async ({ store }) => {
      const { filter, ids } = await interleaved(store);
      const from = (await collect(store.readAll({ filter })))[4]!.position;
      expect(idsOf(await collect(store.readAll({ filter, from })))).toEqual(ids.slice(4));
      const backwards = await collect(store.readAll({ filter, from, direction: 'backwards' }));
      expect(idsOf(backwards)).toEqual(ids.slice(0, 5).reverse());
    });

    test('starts at the first event when reading from the start', async ({ store }) => {
      await interleaved(store);
      const all = await collect(store.readAll({ maxCount: 3 }));
      expect(all).toEqual(await collect(store.readAll({ from: 'start', maxCount: 3 })));
      expect(all).toHaveLength(3);
    });

    test('gives no more than maxCount, counting after the filter', async ({ store }) => {
      const { filter, ids } = await interleaved(store);
      expect(idsOf(await collect(store.readAll({ filter, maxCount: 4 })))).toEqual(ids.slice(0, 4));
      const last = await collect(store.readAll({ filter, maxCount: 1, direction: 'backwards' }));
      expect(idsOf(last)).toEqual(ids.slice(-1));
      expect(await collect(store.readAll({ filter, maxCount: 0 }))).toEqual([]);
    });

    test('filters by stream prefix and by event type, both at once', async ({ store }) => {
      const prefix = uniqueName('filter');
      const place = async (stream: string, type: string) => {
        const event = anEvent({}, type);
        await store.append({ stream: `${prefix}${stream}`, expectedRevision: 'any', events: [event] });
        return event.id;
      };
      const a1 = await place('_a', 'One');
      const a2 = await place('_a', 'Two');
      const b1 = await place('_b', 'One');
      await place('-a', 'One');
      const read = async (filter: EventFilter) => idsOf(await collect(store.readAll({ filter })));
      expect(await read({ streamPrefixes: [`${prefix}_`] })).toEqual([a1, a2, b1]);
      expect(await read({ streamPrefixes: [`${prefix}_a`, `${prefix}_b`], eventTypes: ['One'] })).toEqual([
        a1,
        b1,
      ]);
      expect(await read({ streamPrefixes: [`${prefix}_`], eventTypes: ['Two', 'Three'] })).toEqual([a2]);
      expect(await read({ streamPrefixes: [`${prefix}_A`] })).toEqual([]);
    });

    test('lets nothing pass a filter that lists nothing', async ({ store }) => {
      await interleaved(store);
      expect(await collect(store.readAll({ filter: { streamPrefixes: [] } }))).toEqual([]);
      expect(await collect(store.readAll({ filter: { eventTypes: [] } }))).toEqual([]);
    });

    test('ends, although writers go on', async ({ store }) => {
      const { filter, ids } = await interleaved(store);
      const stream = filter.streamPrefixes[0]!;
      let read = 0;
      for await (const _event of store.readAll({ filter })) {
        await appendEach(store, stream, numbered(1));
        read += 1;
        if (read > ids.length * 3) break;
      }
      expect(read).toBeLessThanOrEqual(ids.length * 3);
    });
  });

  describe('the head of the log', () => {
    test('is at or after the last append that resolved', async ({ store }) => {
      let last: LogPosition | undefined;
      for (let count = 0; count < 20; count += 1) {
        const append = { stream: uniqueName('head'), expectedRevision: 'any', events: [anEvent()] } as const;
        last = (await store.append(append)).position;
        expect(comparePositions(await store.head(), last)).toBeGreaterThanOrEqual(0);
      }
      const [event] = await collect(store.readAll({ direction: 'backwards', maxCount: 1 }));
      expect(event?.position).toEqual(last);
    });
  });
}

/** Nine events that alternate between three streams with one prefix. */
async function interleaved(
  store: EventStore,
): Promise<{ filter: EventFilter & { streamPrefixes: readonly string[] }; ids: string[] }> {
  const prefix = uniqueName('all');
  const events = numbered(9);
  for (const [index, event] of events.entries()) {
    await store.append({ stream: `${prefix}-${index % 3}`, expectedRevision: 'any', events: [event] });
  }
  return { filter: { streamPrefixes: [prefix] }, ids: idsOf(events) };
}
