// @needs redis, kafka
import { setTimeout as sleep } from 'node:timers/promises';
import { TopicIntruder, isPoison, type TopicMessage } from '@keyward/change-log/testing';
import { OwnServer } from '../../support/services/own-server.js';
import { Random } from '../../support/random.js';
import { FULL, SEED } from '../length.js';
import { KEY_MARK, holdsKeyBytes } from '../checker/key-bytes.js';
import { BEGIN_MS, PartRun, eventually } from './part-run.js';

const OUTAGE_MS = FULL ? 60_000 : 10_000;
const REBALANCES = FULL ? 20 : 3;
const COPIES = FULL ? 1_000 : 200;
const PARTITIONS = 3;
const POISONS = 'keyward_change_log_poison_total';
const ROUND_MS = 240_000 + 3 * OUTAGE_MS;

/** It carries nothing but news, which must come late, twice and out of order without harm. */
describe('Kafka fails, and Keyward', () => {
  let keyward: PartRun;
  let intruder: TopicIntruder;

  beforeAll(async () => {
    keyward = await PartRun.begin('kafka', () => OwnServer.kafka());
    intruder = new TopicIntruder(keyward.env['KEYWARD_CHANGE_LOG']!);
  }, BEGIN_MS);

  afterAll(() => keyward?.end());

  /** Sets keys and looks them up for so long. */
  const setAndLookUp = async (ms: number): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
      const { answer } = await keyward.probe.set();
      expect(answer).toMatchObject({ body: { changed: true } });
      const { version, position } = answer!.body as { version: number; position: string };
      expect(await keyward.probe.lookUp(position)).toBe(version);
    }
  };

  it(
    'takes writes and answers lookups as ever while it is down, and tells the backlog in order (F16)',
    async () => {
      await keyward.round(async (run) => {
        await keyward.server.kill();
        await setAndLookUp(OUTAGE_MS);
        for (const app of ['api', 'projector', 'lookup'] as const)
          // Under load one is milliseconds behind at one look, and not at the next.
          await eventually(async () => expect(await run.copiesOf(app)[0]!.problem()).toBeUndefined());
      });
    },
    ROUND_MS,
  );

  it(
    'does so too while it is frozen',
    async () => {
      await keyward.round(async () => {
        await keyward.server.freeze();
        await setAndLookUp(OUTAGE_MS);
      });
    },
    ROUND_MS,
  );

  it.each(['requests', 'replies'] as const)(
    'does so too while no %s come through, so that nobody knows what was published',
    async (direction) => {
      await keyward.round(async () => {
        await keyward.server.proxy.freeze([direction]);
        await setAndLookUp(OUTAGE_MS);
      });
    },
    ROUND_MS,
  );

  it(
    'goes on when all connections to it are cut again and again',
    async () => {
      const { proxy } = keyward.server;
      await keyward.round(async () => {
        for (const end = Date.now() + OUTAGE_MS; Date.now() < end; await sleep(500)) proxy.reset();
      });
    },
    ROUND_MS,
  );

  it(
    "loses nothing when strangers join and leave the broadcaster's group (F17)",
    async () => {
      await keyward.round(async () => {
        let joined = 0;
        for (let i = 0; i < REBALANCES; i++) joined += await intruder.joinGroups(2_000);
        expect(joined).toBeGreaterThanOrEqual(REBALANCES);
      });
    },
    ROUND_MS,
  );

  it(
    'tells nobody twice, late or backwards what lies there twice and out of order (F18)',
    async () => {
      const random = new Random(SEED);
      const some = (messages: readonly TopicMessage[]): TopicMessage[] =>
        Array.from({ length: COPIES }, () => random.pick(messages.filter((each) => !isPoison(each))));
      await keyward.round(async () => {
        await intruder.repeat((messages) => messages.slice(-COPIES).toReversed());
        await intruder.repeat(some);
      });
    },
    ROUND_MS,
  );

  it(
    'passes over what is no change, says where and why, and has everybody look things up again (F19)',
    async () => {
      const broadcaster = keyward.run.copiesOf('broadcaster')[0]!;
      const resets = keyward.run.tally.watchResets;
      let count = 0;
      await keyward.round(async () => {
        count = await intruder.poison(PARTITIONS, KEY_MARK);
        await eventually(async () => expect(await broadcaster.metric(POISONS)).toBe(count));
      });
      let letters: readonly TopicMessage[] = [];
      await eventually(async () => {
        letters = await intruder.deadLetters();
        expect(letters.length).toBe(count);
      });
      expect(letters.map(({ value }) => (JSON.parse(value) as { reason: string }).reason)).toEqual(
        expect.arrayContaining(['it is not JSON', 'it has no value', expect.stringContaining('type')]),
      );
      expect(holdsKeyBytes(JSON.stringify(letters))).toBe(false);
      expect(keyward.run.tally.watchResets).toBeGreaterThan(resets);
    },
    ROUND_MS,
  );

  it('met all that in the middle of its work', () => {
    const { tally } = keyward.run;
    expect(tally.acknowledged).toBeGreaterThan(200);
    expect(tally.watchChanges).toBeGreaterThan(200);
    expect(tally.publishedAgain).toBeGreaterThan(COPIES);
  });
});
