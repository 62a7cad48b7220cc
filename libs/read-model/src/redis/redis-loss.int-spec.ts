// @needs redis
import { Redis } from 'ioredis';
import { freePorts } from '../../../../scripts/services/guarded-server.mjs';
import { startRedis, type RedisServer } from '../../../../scripts/services/redis.mjs';
import { startRedisCluster } from '../../../../test/support/services/redis-cluster.js';
import { ReadModelLostError, ReadModelUnavailableError } from '../read-model.errors.js';
import { STORE, at, orgSlot, slotWithKey } from '../testing/sample-records.js';
import { ADDRESS, RedisUnderFault, until } from './redis-fault.fixtures.js';

let redis: RedisUnderFault;
beforeEach(async () => {
  redis = await RedisUnderFault.start();
});
afterEach(() => redis.end());

describe('a Redis that is emptied while it runs', () => {
  it('is noticed by the very next read of every kind', async () => {
    await redis.fill();
    await redis.admin.flushall();
    expect(await redis.answer()).toBe('not ready');
    await expect(redis.store.organization('acme')).rejects.toThrow(ReadModelUnavailableError);
    await expect(redis.store.project('acme', 'website')).rejects.toThrow(ReadModelUnavailableError);
    await expect(redis.store.rollout()).rejects.toThrow(ReadModelUnavailableError);
    await expect(redis.store.projectSlots('acme', 'website', ['openai'])).rejects.toThrow(
      ReadModelUnavailableError,
    );
    await expect(redis.store.organizationSlots('acme', ['openai'])).rejects.toThrow(
      ReadModelUnavailableError,
    );
    await expect(redis.store.slotsOfProjects('acme', 'openai', ['website'])).rejects.toThrow(
      ReadModelUnavailableError,
    );
    expect(await redis.store.status()).toMatchObject({ ready: false });
  });

  it.each([
    ['write', () => redis.store.write([], at(2))],
    ['heartbeat', () => redis.store.heartbeat(at(2))],
    ['load', () => redis.store.load([{ kind: 'organization', organizationId: 'acme' }])],
  ])('is noticed by %s, and nothing is written into it', async (_name, work) => {
    await redis.fill();
    await redis.admin.flushall();
    await expect(work()).rejects.toThrow(ReadModelLostError);
    expect(await redis.admin.dbsize()).toBe(0);
    expect(await redis.store.checkpoint(STORE)).toBeNull();
  });

  it('is never "not set" to those who read all the while', async () => {
    const outcomes = new Set<string>();
    let running = true;
    const read = async (): Promise<void> => {
      while (running) outcomes.add(await redis.answer());
    };
    const reading = [read(), read()];
    for (let round = 0; round < 20; round++) {
      await redis.fill();
      await redis.admin.flushall();
    }
    await redis.fill();
    await until(() => outcomes.has('found'));
    running = false;
    await Promise.all(reading);
    expect([...outcomes].sort()).toEqual(['found', 'not ready']);
  });
});

describe('a node of a Cluster that is emptied', () => {
  it('is noticed by reads of what was on it, by the status, the beat and the checkpoint', async () => {
    const cluster = await startRedisCluster();
    try {
      const clustered = redis.open(cluster.url);
      await redis.fill(clustered);
      expect(await redis.answer(clustered)).toBe('found');
      for (const { url } of cluster.nodes) {
        const node = new Redis(url);
        const holds = (await node.keys('*{acme}*')).length > 0;
        if (holds) await node.flushall();
        node.disconnect();
      }
      expect(await redis.answer(clustered)).toBe('not ready');
      expect((await clustered.status()).ready).toBe(false);
      await expect(clustered.heartbeat(at(2))).rejects.toThrow(ReadModelLostError);
      expect(await clustered.checkpoint(STORE)).toBeNull();
      await clustered.close();
    } finally {
      await cluster.stop();
    }
  });
});

describe('a Redis replaced by an older copy of itself', () => {
  it('is not ready until it is as far as what was seen, and the projector goes on from where it is', async () => {
    const [port] = await freePorts(1);
    const replica = await startRedis({ port: port!, replicaof: `127.0.0.1 ${redis.server.port}` });
    const copy = new Redis(replica.url);
    try {
      await redis.fill();
      await until(async () => (await copy.get((await copy.keys('kw:*:mark:*'))[0] ?? 'none')) === '1');
      await until(async () => (await copy.hget('kw:{meta}', 'liveAt')) !== null);
      await copy.replicaof('NO', 'ONE');
      const newer = slotWithKey(orgSlot('acme', 'openai'), 1n);
      await redis.store.write([newer], at(9));
      expect((await redis.store.lookup([ADDRESS])).entries[0]!.organizationSlot).toEqual(newer);
      await moveTo(replica);
      await until(async () => (await redis.answer()) === 'not ready');
      await expect(redis.store.write([], at(10))).rejects.toThrow(ReadModelLostError);
      await expect(redis.store.heartbeat(at(10))).rejects.toThrow(ReadModelLostError);
      expect(await redis.store.checkpoint(STORE)).toEqual(at(1));
      await redis.store.write([newer], at(9));
      expect(await redis.answer()).toBe('found');
      expect((await redis.store.lookup([ADDRESS])).entries[0]!.organizationSlot).toEqual(newer);
    } finally {
      copy.disconnect();
      await replica.stop();
    }
  });

  /** What a failover behind one address does: the old server ends, and its port is the copy's. */
  async function moveTo(replica: RedisServer): Promise<void> {
    const { port } = redis.server;
    const dump = await new Promise<Buffer[]>((resolve, reject) => {
      const client = new Redis(replica.url);
      client
        .keys('*')
        .then(async (keys) => {
          const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
          resolve(keys.flatMap((key, i) => [Buffer.from(key), dumps[i]!]));
        }, reject)
        .finally(() => client.disconnect());
    });
    await redis.server.stop();
    redis.server = await startRedis({ port });
    const client = new Redis(redis.server.url);
    for (let i = 0; i < dump.length; i += 2) await client.restore(dump[i]!, 0, dump[i + 1]!);
    client.disconnect();
  }
});

describe('the generation that was replaced', () => {
  it('is removed, and so is what a projector left that died while it did so', async () => {
    await redis.fill();
    const [before] = await redis.keysLike('kw:*:mark:');
    await redis.fill();
    await until(async () => !(await redis.keysLike('kw:*:mark:')).includes(before!));
    await until(async () => (await redis.admin.exists('kw:{meta}:retired')) === 0);
    expect(await redis.keysLike('kw:*:{acme}:openai')).toHaveLength(1);
    await redis.admin.sadd('kw:{meta}:retired', 'old');
    await redis.admin.hset('kw:old:{acme}:openai', '.', 'left over');
    await redis.store.checkpoint(STORE);
    await until(async () => (await redis.admin.exists('kw:old:{acme}:openai')) === 0);
  });
});
