// @needs redis, kafka
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { OwnServer } from '../../support/services/own-server.js';
import { FULL } from '../length.js';
import { BEGIN_MS, PartRun, eventually } from './part-run.js';
import { PROBE_SLOT } from './probe.js';

const OUTAGE_MS = FULL ? 60_000 : 6_000;
const FLUSHES = FULL ? 20 : 2;
const BREAKER = 'keyward_read_model_breaker_state';
const OPEN = 2;
const NO_ANSWER = /^(UNAVAILABLE|STALE_READ_MODEL|DEADLINE_EXCEEDED)$/;
const ROUND_MS = 240_000 + 2 * OUTAGE_MS;

/** Nothing is in it that is not in the log, so its faults may cost answers, and may never make a wrong one. */
describe('Redis fails, and Keyward', () => {
  let keyward: PartRun;
  /** Past the proxy. */
  let redis: Redis;
  /** Of the probe's last key. */
  let known: { readonly version: number; readonly position: string };

  beforeAll(async () => {
    keyward = await PartRun.begin('redis', () => OwnServer.redis());
    redis = new Redis(`redis://${keyward.server.directAddress}`);
    redis.on('error', () => undefined);
  }, BEGIN_MS);

  afterAll(async () => {
    redis?.disconnect();
    await keyward?.end();
  });

  beforeEach(async () => {
    await setKey();
  }, ROUND_MS);

  afterEach(async () => {
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.config('SET', 'maxmemory', '0');
  });

  /** The log takes it whatever becomes of Redis. */
  const setKey = async (): Promise<void> => {
    const { answer } = await keyward.probe.set();
    expect(answer).toMatchObject({ body: { changed: true } });
    known = answer!.body as typeof known;
  };

  /** No answer, and least of all that no key is set. */
  const expectNoAnswer = async (): Promise<void> => {
    for (const position of [undefined, known.position])
      expect(await keyward.probe.lookUp(position)).toMatch(NO_ANSWER);
  };

  /** Until then there is no answer, least of all a wrong one. */
  const untilAnswered = async (): Promise<void> => {
    for (;;) {
      const answer = await keyward.probe.lookUp(known.position);
      if (answer === known.version) return;
      expect(answer).toMatch(NO_ANSWER);
    }
  };

  it(
    'takes writes and refuses lookups while it is down, and goes on with what is in it (F10)',
    async () => {
      await keyward.round(async (run) => {
        await keyward.server.kill();
        const over = sleep(OUTAGE_MS);
        await setKey();
        await expectNoAnswer();
        expect(await run.copiesOf('lookup')[0]!.problem()).toContain('cannot reach the read model');
        await over;
      });
    },
    ROUND_MS,
  );

  it(
    'answers nothing while it is frozen, and nobody waits for it any more (F11)',
    async () => {
      await keyward.round(async (run) => {
        await keyward.server.freeze();
        const over = sleep(OUTAGE_MS);
        await setKey();
        await expectNoAnswer();
        await eventually(async () => expect(await run.copiesOf('lookup')[0]!.metric(BREAKER)).toBe(OPEN));
        await over;
      });
    },
    ROUND_MS,
  );

  it.each(['requests', 'replies'] as const)(
    'is not fooled by connections on which no %s come through (F11)',
    async (direction) => {
      await keyward.round(async () => {
        await keyward.server.proxy.freeze([direction]);
        const over = sleep(OUTAGE_MS);
        await setKey();
        await expectNoAnswer();
        await over;
      });
    },
    ROUND_MS,
  );

  it(
    'goes on when it is slow, or all connections to it are cut again and again (F11)',
    async () => {
      const { proxy } = keyward.server;
      await keyward.round(async (run) => {
        await proxy.delay(100);
        await run.untilAnswered(20);
        await proxy.heal();
        for (const end = Date.now() + OUTAGE_MS; Date.now() < end; await sleep(300)) proxy.reset();
      });
    },
    ROUND_MS,
  );

  it(
    'is not ready while it is empty, and fills it again by itself (F12)',
    async () => {
      await keyward.round(async (run) => {
        const [projector, lookup] = [run.copiesOf('projector')[0]!, run.copiesOf('lookup')[0]!];
        projector.freeze();
        try {
          await redis.flushall();
          await expectNoAnswer();
          expect(await lookup.problem()).toContain('waits for the read model to be built');
        } finally {
          projector.thaw();
        }
        // Under its hands, too.
        for (let i = 0; i < FLUSHES; i++) {
          await untilAnswered();
          await redis.flushall();
        }
      });
    },
    ROUND_MS,
  );

  it(
    'builds it anew when it comes back without its data (F12)',
    async () => {
      await keyward.round(async () => {
        await redis.config('SET', 'appendonly', 'no');
        await keyward.server.kill();
        keyward.server.loseData();
        await keyward.server.start();
      });
    },
    ROUND_MS,
  );

  it(
    'takes what was evicted for lost, and never for not set (F14)',
    async () => {
      await keyward.round(async (run) => {
        await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
        for (let i = 0; i < FLUSHES; i++) {
          const evicted = await evictedKeys();
          // A little less than it has: a few keys go, and the others stay.
          await redis.config('SET', 'maxmemory', (await usedMemory()) - 1_000);
          await eventually(async () => expect(await evictedKeys()).toBeGreaterThan(evicted));
          await redis.config('SET', 'maxmemory', '0');
          await run.untilAnswered(10);
        }
        await eventually(async () => expect(await keyward.probe.lookUp()).toBe('UNAVAILABLE'));
        expect(await run.copiesOf('lookup')[0]!.problem()).toContain('cannot reach the read model');
        await redis.config('SET', 'maxmemory-policy', 'noeviction');
      });
    },
    ROUND_MS,
  );

  it(
    'finds out by itself that keys were evicted to which nothing is written any more (F14)',
    async () => {
      await untilAnswered();
      const slots = await redis.keys(`*:{${PROBE_SLOT.organizationId}}:${PROBE_SLOT.integrationId}`);
      // More than one while a generation that was replaced is being removed.
      expect(slots).not.toHaveLength(0);
      await redis.del(slots);
      await untilAnswered();
    },
    ROUND_MS,
  );

  it(
    'waits before a full one, answers nothing that is too old, and goes on when there is room (F14)',
    async () => {
      await keyward.round(async () => {
        await redis.config('SET', 'maxmemory', '1');
        await setKey();
        await eventually(async () => expect(await keyward.probe.lookUp()).toBe('STALE_READ_MODEL'));
        expect(await keyward.probe.lookUp(known.position)).toBe('STALE_READ_MODEL');
        await redis.config('SET', 'maxmemory', '0');
      });
    },
    ROUND_MS,
  );

  it('met all that in the middle of its work', () => {
    const { tally } = keyward.run;
    expect(tally.acknowledged).toBeGreaterThan(200);
    expect(tally.unavailable).toBeGreaterThan(100);
    expect(tally.lookups).toBeGreaterThan(200);
  });

  const evictedKeys = async (): Promise<number> => numberIn(await redis.info('stats'), 'evicted_keys');

  /** What `maxmemory` is compared with. */
  const usedMemory = async (): Promise<number> => {
    const info = await redis.info('memory');
    return numberIn(info, 'used_memory') - numberIn(info, 'mem_not_counted_for_evict');
  };
});

function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)![1]);
}
