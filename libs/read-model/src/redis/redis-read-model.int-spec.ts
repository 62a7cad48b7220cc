// @needs redis
import { Redis } from 'ioredis';
import { startRedisCluster, type RedisCluster } from '../../../../test/support/services/redis-cluster.js';
import { describeReadModel, type ReadModelUnderTest } from '../testing/index.js';
import type { RedisReadModel } from './redis-read-model.js';
import { ownPrefix, redisReadModel, removePrefix, testRedisUrl } from './redis.fixtures.js';

const LEASE = { leaseMs: 300 };

/** A store under a prefix, as several processes have it. */
function openStore(url: string, remove: (prefix: string) => Promise<void>): ReadModelUnderTest {
  const prefix = ownPrefix();
  const opened: RedisReadModel[] = [];
  const another = (): RedisReadModel => {
    const store = redisReadModel(url, prefix, LEASE);
    opened.push(store);
    return store;
  };
  const store = another();
  const close = async (): Promise<void> => {
    for (const each of opened) await each.close();
    await remove(prefix);
  };
  return { reader: store, writer: store, another, close };
}

describeReadModel(
  'RedisReadModel on one Redis',
  () => {
    const url = testRedisUrl();
    return Promise.resolve(openStore(url, (prefix) => removePrefix(url, prefix)));
  },
  { waitsForPosition: true, shared: true },
);

describe('on three nodes', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  describeReadModel(
    'RedisReadModel on a Redis Cluster',
    () => {
      const flushAll = async () => void (await Promise.all(cluster.nodes.map(({ url }) => flush(url))));
      return Promise.resolve(openStore(cluster.url, flushAll));
    },
    { waitsForPosition: true, shared: true, runs: 5 },
  );
});

async function flush(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}
