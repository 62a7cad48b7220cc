import { EventStoreDBClient } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { EventStoreDbStandIn } from '../../../../test/support/eventstoredb/index.js';
import {
  anEvent,
  appendEach,
  collect,
  eventOfSize,
  expectCode,
  numbered,
  uniqueName,
} from '../testing/index.js';
import type { EventToAppend } from '../event-store.port.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { appendUntilKnown, SHORT, withStandIn } from './eventstoredb.fixtures.js';

const oneEvent = (stream = uniqueName('answers')) =>
  ({ stream, expectedRevision: 'no_stream', events: [anEvent()] }) as const;

describe('what a failed append means', () => {
  it('is UNAVAILABLE where nothing was sent, because there is no server', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.stop();
      await expectCode(store.append(oneEvent()), 'UNAVAILABLE');
      await expectCode(store.deleteStream('any'), 'UNAVAILABLE');
      await expectCode(store.setMaxCount('any', 1), 'UNAVAILABLE');
    }));

  it('is UNAVAILABLE where the server refuses to write, and says whose business that is', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.faults.failAppends({ kind: 'fails', code: status.PERMISSION_DENIED });
      const error = await expectCode(store.append(oneEvent()), 'UNAVAILABLE');
      expect(error.message).toMatch(/refuses this user/);
      expect(await store.health()).toMatchObject({ ok: false });
    }));

  it('is EVENT_TOO_LARGE where the server takes less than Keyward does, and says what to set there', () =>
    withStandIn(
      async ({ store, standIn }) => {
        const large = { ...oneEvent(), events: [eventOfSize(20_000)] };
        const error = await expectCode(store.append(large), 'EVENT_TOO_LARGE');
        expect(error.message).toMatch(/MaxAppendSize/);
        // The limit of one event, which later servers have, is a status that the client has no name for.
        standIn.faults.failAppends({ kind: 'fails', code: status.INVALID_ARGUMENT }, 1);
        await expectCode(store.append(oneEvent()), 'EVENT_TOO_LARGE');
        await store.append(oneEvent());
      },
      {},
      { maxAppendSize: 10_000 },
    ));

  it('is anything else UNKNOWN_OUTCOME', () =>
    withStandIn(async ({ store, standIn }) => {
      for (const code of [
        status.UNAVAILABLE,
        status.INTERNAL,
        status.ABORTED,
        status.CANCELLED,
        status.UNKNOWN,
      ]) {
        standIn.faults.failAppends({ kind: 'fails', code }, 1);
        await expectCode(store.append(oneEvent()), 'UNKNOWN_OUTCOME');
      }
    }));
});

describe('an append of several events', () => {
  it('is UNKNOWN_OUTCOME where it was written and its position cannot be read: a retry will find it', () =>
    withStandIn(
      async ({ store, standIn }) => {
        const append = { ...oneEvent(), events: numbered(2) };
        standIn.faults.stallsReads = true;
        await expectCode(store.append(append), 'UNKNOWN_OUTCOME');
        standIn.faults.stallsReads = false;
        expect(await appendUntilKnown(store, append)).toMatchObject({ revision: 1n });
      },
      { readTimeoutMs: 200 },
    ));

  it('is answered with the position of the last, whichever the server tells', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.log.tellsFirstPosition = true;
      const append = { ...oneEvent(), events: numbered(3) };
      const { position } = await store.append(append);
      expect(position).toEqual((await collect(store.readStream(append.stream))).at(-1)!.position);
      expect(await store.append(append)).toEqual({ revision: 2n, position });
    }));
});

describe('a retry', () => {
  it('of what the stream has dropped since is refused, though the server knows it, and takes no other event for it', () =>
    withStandIn(async ({ store }) => {
      const stream = uniqueName('dropped');
      const append = { stream, expectedRevision: 'no_stream', events: numbered(2) } as const;
      await store.append(append);
      await appendEach(store, stream, numbered(3, 2));
      await store.setMaxCount(stream, 2);
      const error = await expectCode(store.append(append), 'WRONG_EXPECTED_REVISION');
      expect(error).toMatchObject({ stream, actual: 4n });
    }));
});

describe('a read of the whole log', () => {
  it('ends where the log ended when it began, also at a server that goes on to what is written meanwhile', () =>
    withStandIn(async ({ store }) => {
      const stream = uniqueName('chased');
      // More than lies ready between the server and the reader, so that the server sends on while it is read.
      const count = 400;
      const large = (): EventToAppend => eventOfSize(10_000);
      await store.append({
        stream,
        expectedRevision: 'no_stream',
        events: Array.from({ length: count }, large),
      });
      let read = 0;
      for await (const _event of store.readAll()) {
        await store.append({ stream, expectedRevision: BigInt(count + read - 1), events: [large()] });
        read += 1;
        if (read > count) break;
      }
      expect(read).toBe(count);
    }));

  it('that was complete may break afterwards, and that harms nothing', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.faults.leavesReadsOpen = true;
      for (let count = 0; count < 3; count += 1) await store.head();
      standIn.cutConnections();
      standIn.faults.leavesReadsOpen = false;
      // Over the next connection, so the end of the one before has been noticed.
      while (!(await store.health()).ok);
    }));
});

describe('many short reads', () => {
  it('do not make the server close the connection, as it does when calls are reset again and again', () =>
    withStandIn(async ({ store }) => {
      const read = async (): Promise<void> => {
        for (let count = 0; count < 200; count += 1) {
          await store.head();
          await collect(store.readStream('missing'));
          await collect(store.readStream('missing', { direction: 'backwards', maxCount: 1 }));
        }
      };
      await Promise.all([read(), read(), read()]);
    }));
});

describe('idempotency with any', () => {
  it('does not lean on the ids that the server remembers', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.log.forgetsIds = true;
      const append = { stream: uniqueName('forgets'), expectedRevision: 'any', events: numbered(2) } as const;
      const first = await store.append(append);
      await appendEach(store, append.stream, numbered(3, 2));
      expect(await store.append(append)).toEqual(first);
      expect(await collect(store.readStream(append.stream))).toHaveLength(5);
    }));

  it('holds for two processes that append to one stream at once', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.log.forgetsIds = true;
      const other = await EventStoreDbEventStore.open({ url: standIn.url });
      const stream = uniqueName('both');
      const events = numbered(15);
      await Promise.all([store, other, store].map((each) => appendEach(each, stream, events)));
      expect((await collect(store.readStream(stream))).map(({ data }) => data['number'])).toEqual([
        ...Array(15).keys(),
      ]);
      await other.close();
    }));
});

describe('the name of the log', () => {
  it('is given once, also by processes that start together', () =>
    withStandIn(async ({ store, standIn }) => {
      const others = await Promise.all(
        Array.from({ length: 5 }, () => EventStoreDbEventStore.open({ url: standIn.url })),
      );
      expect(others.map(({ storeId }) => storeId)).toEqual(Array(5).fill(store.storeId));
      await Promise.all(others.map((other) => other.close()));
    }));

  it('is no event of anybody’s, and its stream nobody’s to write', () =>
    withStandIn(async ({ store }) => {
      expect(await collect(store.readAll())).toEqual([]);
      await expectCode(store.append(oneEvent('keyward-store')), 'INVALID_APPEND');
      await expectCode(store.deleteStream('keyward-store'), 'INVALID_APPEND');
    }));

  it('is refused where the stream holds something else', async () => {
    const standIn = await EventStoreDbStandIn.start();
    await standIn.log.append({ stream: 'keyward-store', expected: 'any', events: [anEvent()] });
    const error = await expectCode(EventStoreDbEventStore.open({ url: standIn.url }), 'UNAVAILABLE');
    expect(error.message).toMatch(/database of its own/);
    standIn.stop();
  });
});

describe('health', () => {
  it('tells that writes or reads fail, and that they work again, without writing anything', () =>
    withStandIn(async ({ store, standIn }) => {
      const head = await store.head();
      expect(await store.health()).toEqual({ ok: true });
      standIn.faults.failAppends({ kind: 'never_answers' });
      expect(await store.health()).toEqual({
        ok: false,
        detail: expect.stringMatching(/out of reach|did not/),
      });
      standIn.faults.healAppends();
      standIn.faults.stallsReads = true;
      expect(await store.health()).toEqual({ ok: false, detail: expect.stringMatching(/out of reach/) });
      standIn.faults.stallsReads = false;
      expect(await store.health()).toEqual({ ok: true });
      expect(await store.head()).toEqual(head);
    }, SHORT));
});

describe('keeping the last events', () => {
  it('leaves what others have put into the metadata of the stream', () =>
    withStandIn(async ({ store, standIn }) => {
      const client = EventStoreDBClient.connectionString(standIn.url);
      const stream = uniqueName('metadata');
      await client.setStreamMetadata(stream, { acl: { readRoles: ['auditors'] }, team: 'audit' });
      await store.setMaxCount(stream, 3);
      const { metadata } = await client.getStreamMetadata(stream);
      expect(metadata).toEqual({ acl: { readRoles: ['auditors'] }, team: 'audit', maxCount: 3 });
      await client.dispose();
    }));
});

describe('what is no event of Keyward', () => {
  it('is not shown: EventStoreDB’s own events, and a deleted stream’s tombstone', () =>
    withStandIn(async ({ store, standIn }) => {
      const stream = uniqueName('own');
      await appendEach(store, stream, numbered(2));
      await store.setMaxCount(stream, 1);
      await store.deleteStream(stream);
      await standIn.log.scavenge();
      expect(await collect(store.readAll())).toEqual([]);
      expect(await collect(store.readStream(`$$${stream}`))).toEqual([]);
    }));
});
