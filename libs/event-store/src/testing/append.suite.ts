import { comparePositions } from '@keyward/contracts';
import { isEventStoreError } from '../event-store.errors.js';
import { MAX_EVENT_BYTES, type ExpectedRevision, type StreamAppend } from '../event-store.port.js';
import {
  anEvent,
  appendEach,
  collect,
  eventOfSize,
  expectCode,
  idsOf,
  numbered,
  uniqueName,
} from './fixtures.js';
import type { StoreTest } from './store-under-test.js';

/** Expected revisions, and what is refused before anything is written. */
export function describeAppends(test: StoreTest): void {
  describe('expected revisions', () => {
    const accepted: readonly [expected: ExpectedRevision, held: number][] = [
      ['any', 0],
      ['any', 2],
      ['no_stream', 0],
      ['stream_exists', 2],
      [1n, 2],
    ];
    for (const [expectedRevision, held] of accepted) {
      test(`accepts ${expectedRevision} on a stream of ${held} events`, async ({ store }) => {
        const stream = uniqueName('accepts');
        if (held > 0) await store.append({ stream, expectedRevision: 'no_stream', events: numbered(held) });
        const result = await store.append({ stream, expectedRevision, events: numbered(3, held) });
        expect(result.revision).toBe(BigInt(held + 2));
        expect(await collect(store.readStream(stream))).toHaveLength(held + 3);
      });
    }

    const refused: readonly [expected: ExpectedRevision, held: number, actual: bigint | 'no_stream'][] = [
      ['no_stream', 2, 1n],
      ['stream_exists', 0, 'no_stream'],
      [0n, 0, 'no_stream'],
      [0n, 2, 1n],
      [2n, 2, 1n],
      [9_007_199_254_740_993n, 2, 1n],
    ];
    for (const [expectedRevision, held, actual] of refused) {
      test(`refuses ${expectedRevision} on a stream of ${held} events, naming where it is`, async ({
        store,
      }) => {
        const stream = uniqueName('refuses');
        if (held > 0) await store.append({ stream, expectedRevision: 'no_stream', events: numbered(held) });
        const attempt = store.append({ stream, expectedRevision, events: [anEvent()] });
        const error = await expectCode(attempt, 'WRONG_EXPECTED_REVISION');
        expect(isEventStoreError(error, 'WRONG_EXPECTED_REVISION') && error.actual).toBe(actual);
        expect(error).toMatchObject({ stream, expected: expectedRevision });
        expect(await collect(store.readStream(stream))).toHaveLength(held);
      });
    }

    test('lets exactly one of several writers with the same belief through', async ({ store }) => {
      const stream = uniqueName('race');
      await store.append({ stream, expectedRevision: 'no_stream', events: [anEvent()] });
      const attempts = numbered(8).map((event) =>
        store.append({ stream, expectedRevision: 0n, events: [event] }),
      );
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') {
          expect(outcome.reason).toMatchObject({ code: 'WRONG_EXPECTED_REVISION', actual: 1n });
        }
      }
      expect(await collect(store.readStream(stream))).toHaveLength(2);
    });

    test('gives appends to one stream ascending positions', async ({ store }) => {
      const stream = uniqueName('positions');
      const first = await store.append({ stream, expectedRevision: 'any', events: numbered(2) });
      const second = await store.append({ stream, expectedRevision: 'any', events: numbered(1, 2) });
      expect(comparePositions(first.position, second.position)).toBeLessThan(0);
      const events = await collect(store.readStream(stream));
      expect([events[1]?.position, events[2]?.position]).toEqual([first.position, second.position]);
    });
  });

  describe('refusals before anything is written', () => {
    const valid = (): StreamAppend => ({
      stream: uniqueName('invalid'),
      expectedRevision: 'any',
      events: [anEvent()],
    });
    const twin = anEvent();
    const invalid: readonly [what: string, change: Partial<StreamAppend>][] = [
      ['a stream without a name', { stream: '' }],
      ['a stream name that the log keeps for itself', { stream: '$settings' }],
      ['a stream name with a control character', { stream: 'a\u0000b' }],
      ['a negative expected revision', { expectedRevision: -1n }],
      ['no events', { events: [] }],
      ['an event id that is no UUID', { events: [{ ...anEvent(), id: '42' }] }],
      ['an event type without a name', { events: [{ ...anEvent(), type: '' }] }],
      ['an event type that the log keeps for itself', { events: [{ ...anEvent(), type: '$metadata' }] }],
      ['two events with one id', { events: [twin, twin] }],
      ['data that JSON cannot hold', { events: [{ ...anEvent(), data: { n: 1n } as never }] }],
      ['data that is no object', { events: [{ ...anEvent(), data: [] as never }] }],
    ];
    for (const [what, change] of invalid) {
      test(`refuses ${what}`, async ({ store }) => {
        await expectCode(store.append({ ...valid(), ...change }), 'INVALID_APPEND');
      });
    }

    test('holds an event of exactly the largest size', async ({ store }) => {
      const stream = uniqueName('large');
      const event = eventOfSize(MAX_EVENT_BYTES);
      await store.append({ stream, expectedRevision: 'no_stream', events: [event] });
      const [read] = await collect(store.readStream(stream));
      // toBe on a million characters would print them all when it fails.
      expect(read?.data['filler'] === event.data['filler']).toBe(true);
    });

    test('refuses an event one byte above the largest size, and its neighbours in the append', async ({
      store,
    }) => {
      const stream = uniqueName('too-large');
      const events = [anEvent(), eventOfSize(MAX_EVENT_BYTES + 1)];
      await expectCode(store.append({ stream, expectedRevision: 'any', events }), 'EVENT_TOO_LARGE');
      expect(await collect(store.readStream(stream))).toEqual([]);
    });

    test('counts bytes and not characters towards the largest size', async ({ store }) => {
      const data = { filler: 'ü'.repeat(MAX_EVENT_BYTES / 2) };
      const append = {
        stream: uniqueName('bytes'),
        expectedRevision: 'any',
        events: [anEvent(data)],
      } as const;
      await expectCode(store.append(append), 'EVENT_TOO_LARGE');
    });

    test('never quotes what an event holds in an error', async ({ store }) => {
      const secret = 'sk-canary-1f9d';
      const cyclic: Record<string, unknown> = { secret };
      cyclic[secret] = cyclic;
      const events = [{ ...anEvent(), data: cyclic as never }];
      const append = { stream: uniqueName('quiet'), expectedRevision: 'any', events } as const;
      const error = await expectCode(store.append(append), 'INVALID_APPEND');
      expect(String(error.stack) + String(error.cause)).not.toContain(secret);
    });
  });

  describe('idempotency by event id', () => {
    for (const expectedRevision of ['any', 'no_stream'] as const) {
      test(`answers a retry with ${expectedRevision} with the first result`, async ({ store }) => {
        const append: StreamAppend = { stream: uniqueName('retry'), expectedRevision, events: numbered(3) };
        const first = await store.append(append);
        expect(await store.append(append)).toEqual(first);
        expect(await collect(store.readStream(append.stream))).toHaveLength(3);
      });
    }

    for (const expectedRevision of ['stream_exists', 1n] as const) {
      test(`answers a retry with ${expectedRevision} with the first result`, async ({ store }) => {
        const stream = uniqueName('retry');
        await store.append({ stream, expectedRevision: 'no_stream', events: numbered(2) });
        const append: StreamAppend = { stream, expectedRevision, events: numbered(2, 2) };
        const first = await store.append(append);
        expect(await store.append(append)).toEqual(first);
        expect(await collect(store.readStream(stream))).toHaveLength(4);
      });
    }

    for (const expectedRevision of ['any', 0n] as const) {
      test(`knows a retry with ${expectedRevision} after another append succeeded`, async ({ store }) => {
        const stream = uniqueName('late-retry');
        await store.append({ stream, expectedRevision: 'no_stream', events: numbered(1) });
        const append: StreamAppend = { stream, expectedRevision, events: numbered(2, 1) };
        const first = await store.append(append);
        await appendEach(store, stream, numbered(2, 3));
        expect(await store.append(append)).toEqual(first);
        expect(await collect(store.readStream(stream))).toHaveLength(5);
      });
    }

    test('knows a retry by its ids, whatever else is in it', async ({ store }) => {
      const append: StreamAppend = {
        stream: uniqueName('same-ids'),
        expectedRevision: 'no_stream',
        events: numbered(1),
      };
      const first = await store.append(append);
      const metadata = { schemaVersion: 1, traceparent: 'another' };
      const retry = { ...append, events: append.events.map((event) => ({ ...event, metadata })) };
      expect(await store.append(retry)).toEqual(first);
      const [kept] = await collect(store.readStream(append.stream));
      expect(kept!.metadata).toEqual({ schemaVersion: 1 });
    });

    test('writes once when the same append is sent twice at once', async ({ store }) => {
      const append: StreamAppend = {
        stream: uniqueName('double'),
        expectedRevision: 'no_stream',
        events: numbered(2),
      };
      const [first, second] = await Promise.all([store.append(append), store.append(append)]);
      expect(second).toEqual(first);
      expect(idsOf(await collect(store.readStream(append.stream)))).toEqual(idsOf(append.events));
    });

    test('takes no part of an append for the whole', async ({ store }) => {
      const stream = uniqueName('part');
      const [one, two, three] = numbered(3);
      await store.append({ stream, expectedRevision: 'no_stream', events: [one!, two!] });
      const mixed: StreamAppend = { stream, expectedRevision: 'no_stream', events: [one!, three!] };
      await expectCode(store.append(mixed), 'WRONG_EXPECTED_REVISION');
      expect(idsOf(await collect(store.readStream(stream)))).toEqual([one!.id, two!.id]);
    });

    test('lets two streams hold events with the same id', async ({ store }) => {
      const [event] = numbered(1);
      for (const stream of [uniqueName('left'), uniqueName('right')]) {
        await store.append({ stream, expectedRevision: 'any', events: [event!] });
        expect(idsOf(await collect(store.readStream(stream)))).toEqual([event!.id]);
      }
    });

    test('knows an id whatever the case of its letters', async ({ store }) => {
      const stream = uniqueName('case');
      const [event] = numbered(1);
      const first = await store.append({ stream, expectedRevision: 'any', events: [event!] });
      const shouted = { ...event!, id: event!.id.toUpperCase() };
      expect(await store.append({ stream, expectedRevision: 'any', events: [shouted] })).toEqual(first);
    });
  });
}
