// @needs redis, kafka
import { setTimeout as sleep } from 'node:timers/promises';
import { WatchStream, keyChangesOf } from '../../support/watch-stream.js';
import { OwnServer } from '../../support/services/own-server.js';
import { FULL } from '../length.js';
import { BEGIN_MS, PartRun, eventually } from './part-run.js';

const OUTAGE_MS = FULL ? 60_000 : 8_000;
const LOST_REPLIES = FULL ? 100 : 10;
const ROUND_MS = 240_000 + OUTAGE_MS;

/** Everything is acknowledged by it alone, so its faults are those that could lose or double a command. */
describe('EventStoreDB fails, and Keyward', () => {
  let keyward: PartRun;

  beforeAll(async () => {
    keyward = await PartRun.begin('eventStore', () => OwnServer.eventStoreDb());
  }, BEGIN_MS);

  afterAll(() => keyward?.end());

  it(
    'refuses writes in time while it is down, serves what is known to be fresh enough, and keeps watches open (F1)',
    async () => {
      const { server, probe } = keyward;
      const { answer } = await probe.set();
      const known = answer!.body['position'] as string;
      await keyward.round(async (run) => {
        const { watchTarget, tokens } = run.clientParts;
        const client = keyChangesOf(watchTarget);
        const watch = new WatchStream(client, { organizationId: 'alpha' }, tokens.workers['alpha']!);
        await watch.opened();
        await server.kill();
        const over = sleep(OUTAGE_MS);

        const refused = await probe.set();
        expect(refused.answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
        expect(await run.copiesOf('api')[0]!.problem()).toContain('cannot reach the event log');
        await eventually(async () => expect(await probe.lookUp()).toBe('STALE_READ_MODEL'));
        expect(await probe.lookUp(known)).toBe(1);
        // What the client knows by now does not free its plain lookups of the bound.
        expect(await probe.lookUp()).toBe('STALE_READ_MODEL');

        await over;
        const heard = watch.messages.length;
        await eventually(() => expect(watch.messages.length).toBeGreaterThan(heard));
        watch.cancel();
        client.close();
      });
    },
    ROUND_MS,
  );

  it(
    'gives up appends that it does not answer while it is frozen, and writes none of them twice (F2)',
    async () => {
      const { server, probe } = keyward;
      await keyward.round(async () => {
        await server.freeze();
        const [refused] = await Promise.all([probe.set(), sleep(OUTAGE_MS)]);
        expect(refused.answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      });
    },
    ROUND_MS,
  );

  it.each(['requests', 'replies'] as const)(
    'is not fooled by connections on which no %s come through (F3)',
    async (direction) => {
      const { server, probe } = keyward;
      await keyward.round(async () => {
        await server.proxy.freeze([direction]);
        const [refused] = await Promise.all([probe.set(), sleep(OUTAGE_MS)]);
        expect(refused.answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      });
    },
    ROUND_MS,
  );

  it.each(['KeySealed', 'ProjectKeySet'])(
    'answers the original result when the reply to %s was lost after the commit (F4)',
    async (type) => {
      const { server, probe } = keyward;
      // Before the load, so that it is the probe's reply that is lost.
      const lost = server.proxy.loseReplyTo(type);
      const written = await probe.set();
      await lost;
      expect(written.answer).toMatchObject({ body: { changed: true } });
      expect((await probe.again(written)).answer!.body).toEqual(written.answer!.body);
      await keyward.round(async () => undefined);
    },
    ROUND_MS,
  );

  it(
    'takes one command for one event although reply after reply is lost, and subscriptions with them (F4, F6)',
    async () => {
      const { server } = keyward;
      await keyward.round(async (run) => {
        for (let i = 0; i < LOST_REPLIES; i++) {
          await server.proxy.loseReplyTo('Key');
          await run.untilAnswered(5);
        }
      });
    },
    ROUND_MS,
  );

  it(
    'goes on when it is slow, or all connections to it are cut again and again (F2, F6)',
    async () => {
      const { server } = keyward;
      await keyward.round(async (run) => {
        await server.proxy.delay(300);
        await run.untilAnswered(20);
        await server.proxy.heal();
        for (const end = Date.now() + OUTAGE_MS; Date.now() < end; await sleep(500)) server.proxy.reset();
      });
    },
    ROUND_MS,
  );

  it('met all that in the middle of its work', () => {
    const { tally } = keyward.run;
    expect(tally.unknown).toBeGreaterThan(20);
    expect(tally.unknownInLog).toBeGreaterThan(0);
    expect(tally.unavailable).toBeGreaterThan(0);
  });
});
