import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import type { LogPosition } from '@keyward/contracts';
import { Supervisor } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import { EventStoreDbStandIn } from '../../../../test/support/eventstoredb/index.js';
import type { ExpectedRevision, StreamAppend } from '../event-store.port.js';
import {
  anEvent,
  appendEach,
  collect,
  expectCode,
  Follower,
  numbered,
  uniqueName,
} from '../testing/index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { appendUntilKnown, appendUntilWritten, SHORT, until, withStandIn } from './eventstoredb.fixtures.js';

// Restarts are what is tested; their log lines say nothing.
beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(undefined!));

/** Traps of EventStoreDB's client and servers, and that the adapter steps over them. */
const expectations: readonly [expected: ExpectedRevision, held: number][] = [
  ['no_stream', 0],
  ['any', 0],
  ['any', 2],
  ['stream_exists', 2],
  [1n, 2],
];

describe('T1: the client sets no time limit for an append', () => {
  it.each(expectations)(
    'an append with %s (stream of %i) that is never answered is UNKNOWN_OUTCOME, and a retry writes it',
    (expectedRevision, held) =>
      withStandIn(async ({ store, standIn }) => {
        const append = await anAppend(store, expectedRevision, held);
        standIn.faults.failAppends({ kind: 'never_answers' }, 1);
        await expectCode(store.append(append), 'UNKNOWN_OUTCOME');
        const { revision } = await appendUntilKnown(store, append);
        expect(revision).toBe(BigInt(held));
        expect(await collect(store.readStream(append.stream))).toHaveLength(held + 1);
      }, SHORT),
  );

  it.each(['drops_the_reply', 'half_closes', 'fails_after_the_commit'] as const)(
    'an append whose answer is lost (%s) is UNKNOWN_OUTCOME, and a retry finds it, whatever it expects',
    (kind) =>
      withStandIn(async ({ store, standIn }) => {
        for (const [expectedRevision, held] of expectations) {
          const append = await anAppend(store, expectedRevision, held);
          standIn.faults.failAppends({ kind, code: status.UNAVAILABLE }, 1);
          await expectCode(store.append(append), 'UNKNOWN_OUTCOME');
          const events = await collect(store.readStream(append.stream));
          expect(events).toHaveLength(held + 1);
          const { revision, position } = events.at(-1)!;
          expect(await appendUntilKnown(store, append)).toEqual({ revision, position });
          expect(await collect(store.readStream(append.stream))).toHaveLength(held + 1);
        }
      }, SHORT),
  );

  it('the same holds for how many events to keep', () =>
    withStandIn(async ({ store, standIn }) => {
      const { stream } = await anAppend(store, 'any', 3);
      standIn.faults.failAppends({ kind: 'never_answers' }, 1);
      await expectCode(store.setMaxCount(stream, 1), 'UNKNOWN_OUTCOME');
      standIn.faults.failAppends({ kind: 'drops_the_reply' }, 1);
      await expectCode(store.setMaxCount(stream, 1), 'UNKNOWN_OUTCOME');
      expect(await collect(store.readStream(stream))).toHaveLength(1);
    }, SHORT));

  it('close does not wait longer for an append than its time limit', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.faults.failAppends({ kind: 'never_answers' });
      const attempt = store.append(await anAppend(store, 'no_stream', 0));
      await Promise.all([expectCode(attempt, 'UNKNOWN_OUTCOME'), store.close()]);
    }, SHORT));
});

describe('T2: the client answers a refused append with a made-up revision when it does not throw', () => {
  it('a refused append tells where the stream is', () =>
    withStandIn(async ({ store }) => {
      const stream = uniqueName('t2');
      await store.append({ stream, expectedRevision: 'no_stream', events: numbered(42) });
      const attempt = store.append({ stream, expectedRevision: 7n, events: [anEvent()] });
      expect(await expectCode(attempt, 'WRONG_EXPECTED_REVISION')).toMatchObject({ actual: 41n });
    }));
});

describe('T3, S2: all clients of a process share one map of pending batch appends', () => {
  it('which is why: an error on one connection rejects the append on another', () =>
    withStandIn(({ standIn: one }) =>
      withStandIn(async ({ standIn: other }) => {
        const clients = [one, other].map(({ url }) => EventStoreDBClient.connectionString(url));
        let answer = (): void => {};
        one.faults.failAppends({ kind: 'answers_late', until: new Promise((resolve) => (answer = resolve)) });
        other.faults.failAppends({ kind: 'fails', code: status.UNAVAILABLE });
        const [pending, failing] = clients.map((client) =>
          client.appendToStream('any', jsonEvent({ id: randomUUID(), type: 'T', data: {} })),
        );
        await expect(failing).rejects.toMatchObject({ code: status.UNAVAILABLE });
        await expect(pending).rejects.toMatchObject({ code: status.UNAVAILABLE });
        expect(one.calls.batchAppend).toBe(1);
        // The late reply would end the process: it must not come.
        one.stop();
        answer();
      }),
    ));

  it('an error of one store leaves the appends of another alone, and batch append is never used', () =>
    withStandIn(({ store, standIn }) =>
      withStandIn(async ({ store: otherStore, standIn: other }) => {
        let answer = (): void => {};
        standIn.faults.failAppends({
          kind: 'answers_late',
          until: new Promise((resolve) => (answer = resolve)),
        });
        const pending = store.append({
          stream: uniqueName('s2'),
          expectedRevision: 'no_stream',
          events: [anEvent()],
        });
        other.faults.failAppends({ kind: 'fails', code: status.UNAVAILABLE });
        const failing = otherStore.append({
          stream: 's2',
          expectedRevision: 'no_stream',
          events: [anEvent()],
        });
        await expectCode(failing, 'UNKNOWN_OUTCOME');
        other.stop();
        answer();
        expect(await pending).toMatchObject({ revision: 0n });
        expect([standIn.calls.batchAppend, other.calls.batchAppend]).toEqual([0, 0]);
      }),
    ));

  it('a reply that comes after the time limit harms nothing', () =>
    withStandIn(async ({ store, standIn }) => {
      let answer = (): void => {};
      standIn.faults.failAppends(
        { kind: 'answers_late', until: new Promise((resolve) => (answer = resolve)) },
        1,
      );
      const append = await anAppend(store, 'no_stream', 0);
      await expectCode(store.append(append), 'UNKNOWN_OUTCOME');
      answer();
      expect(await appendUntilKnown(store, append)).toMatchObject({ revision: 0n });
    }, SHORT));
});

describe('T4, S6: a checkpoint of the server may lie beyond events that are still to come', () => {
  it('so none is asked for, and only positions of events that were taken are given out', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.faults.sendsCheckpointsAhead = true;
      const stream = uniqueName('t4');
      await appendEach(store, stream, numbered(40));
      const follower = new Follower(store, { after: 'start', filter: { streamPrefixes: [stream] } });
      await appendEach(store, stream, numbered(40, 40));
      await follower.untilCaughtUp(await store.head());
      await follower.stop();
      expect(follower.events.map(({ data }) => data['number'])).toEqual([...Array(80).keys()]);
      const places = new Set<bigint>();
      for await (const { position } of standIn.log.readAll({ direction: 'forwards', from: 'start' })) {
        places.add(position.commit);
      }
      expect(follower.caughtUp.filter(({ commit }) => !places.has(commit))).toEqual([]);
    }));
});

describe('T5, S3: a subscription can stall without an error', () => {
  it('which the head of the log gives away: it ends with UNAVAILABLE, and its last position goes on', () =>
    withStandIn(
      async ({ store, standIn }) => {
        const stream = uniqueName('t5');
        const filter = { streamPrefixes: [stream] };
        await appendEach(store, stream, numbered(3));
        const follower = new Follower(store, { after: 'start', filter });
        await follower.untilCaughtUp(await store.head());
        standIn.faults.stallsSubscriptions = true;
        await appendEach(store, stream, numbered(2, 3));
        await expect(follower.ended).rejects.toMatchObject({
          code: 'UNAVAILABLE',
          message: expect.stringMatching(/gives none/),
        });
        standIn.faults.stallsSubscriptions = false;
        const resumed = new Follower(store, { after: follower.events.at(-1)!.position, filter });
        await resumed.untilCount(2);
        expect(resumed.events.map(({ data }) => data['number'])).toEqual([3, 4]);
        await resumed.stop();
      },
      { watchIntervalMs: 500 },
    ));

  it('while a log that stands still is no stall', () =>
    withStandIn(
      async ({ store, standIn }) => {
        const follower = new Follower(store, { after: 'start' });
        await follower.until(({ caughtUp }) => caughtUp.length > 0);
        const asked = standIn.calls.read;
        await until(() => standIn.calls.read >= asked + 5);
        await appendEach(store, uniqueName('t5'), numbered(1));
        await follower.untilCount(1);
        await follower.stop();
      },
      { watchIntervalMs: 200 },
    ));

  it('and a server that answers nothing at all ends it too', () =>
    withStandIn(
      async ({ store, standIn }) => {
        const follower = new Follower(store, { after: 'start' });
        await follower.until(({ caughtUp }) => caughtUp.length > 0);
        standIn.faults.stallsReads = true;
        await expect(follower.ended).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        await expectCode(store.head(), 'UNAVAILABLE');
        await expectCode(collect(store.readStream('any')), 'UNAVAILABLE');
      },
      { watchIntervalMs: 200, readTimeoutMs: 1_000 },
    ));
});

describe('S4: a subscription of the client does not come back by itself', () => {
  const ends: readonly [how: string, end: (standIn: EventStoreDbStandIn) => void][] = [
    ['ends in good order', (standIn) => standIn.endSubscriptions()],
    ['loses its connection', (standIn) => standIn.cutConnections()],
    ['loses its server', (standIn) => standIn.stop()],
  ];
  it.each(ends)('one that %s throws UNAVAILABLE', (_, end) =>
    withStandIn(async ({ store, standIn }) => {
      const follower = new Follower(store, { after: 'start' });
      await follower.until(({ caughtUp }) => caughtUp.length > 0);
      end(standIn);
      await expect(follower.ended).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }),
  );

  it('leaving the loop ends the call at the server, and what happens to it afterwards harms nothing', () =>
    withStandIn(async ({ store, standIn }) => {
      await appendEach(store, uniqueName('s4'), numbered(3));
      for (let round = 0; round < 3; round += 1) {
        const { signal } = new AbortController();
        for await (const message of store.subscribeToAll({ after: 'start', signal })) {
          if (message.kind === 'events') break;
        }
      }
      for await (const _event of store.readAll()) break;
      await until(() => standIn.subscriptions === 0);
      expect(standIn.calls.subscribe).toBe(3);
      standIn.stop();
      await expectCode(store.head(), 'UNAVAILABLE');
    }));

  it('a supervised loop resumes it from the last position, restart after restart, without a gap or a repeat', async () => {
    let standIn = await EventStoreDbStandIn.start();
    const { port, log } = standIn;
    const store = await EventStoreDbEventStore.open({ url: standIn.url, watchIntervalMs: 200 });
    const supervisor = new Supervisor({ backoff: { minMs: 1, maxMs: 20 } });
    const stream = uniqueName('resumed');
    const seen: unknown[] = [];
    let after: LogPosition | 'start' = 'start';
    supervisor.run('follow', async (signal, loop) => {
      for await (const message of store.subscribeToAll({ after, signal })) {
        if (message.kind === 'caught_up') after = message.position;
        else {
          seen.push(...message.events.map(({ data }) => data['number']));
          after = message.events.at(-1)!.position;
          loop.progress();
        }
      }
    });
    for (let round = 0; round < 5; round += 1) {
      for (let number = round * 10; number < round * 10 + 10; number += 1) {
        const expectedRevision = number === 0 ? 'no_stream' : BigInt(number - 1);
        await appendUntilWritten(store, { stream, expectedRevision, events: numbered(1, number) });
      }
      standIn.stop();
      standIn = await EventStoreDbStandIn.start({ log, port });
    }
    await until(() => seen.length >= 50);
    expect(seen).toEqual([...Array(50).keys()]);
    await supervisor.stop();
    await store.close();
    standIn.stop();
  });
});

describe('S7: the position of a filtered subscription parks far behind on a quiet log', () => {
  it('not here: the server’s own events move it too, also where the server never says that one is caught up', () =>
    withStandIn(async ({ store, standIn }) => {
      standIn.faults.saysCaughtUp = false;
      const filter = { streamPrefixes: [uniqueName('nothing')] };
      const follower = new Follower(store, { after: 'start', filter });
      await follower.untilCaughtUp(await store.head());
      await store.setMaxCount(uniqueName('s7'), 5);
      await follower.untilCaughtUp(await store.head());
      expect(follower.events).toEqual([]);
      await follower.stop();
    }));
});

/** An append of one event to a new stream that holds some already. */
async function anAppend(
  store: EventStoreDbEventStore,
  expectedRevision: ExpectedRevision,
  held: number,
): Promise<StreamAppend> {
  const stream = uniqueName('trap');
  const first = { stream, expectedRevision: 'no_stream', events: numbered(held) } as const;
  if (held > 0) await appendUntilKnown(store, first);
  return { stream, expectedRevision, events: [anEvent()] };
}
