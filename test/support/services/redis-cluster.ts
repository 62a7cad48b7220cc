import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../../scripts/services/redis.mjs';

export interface RedisCluster {
  /** As `KEYWARD_READ_MODEL` takes it. */
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** A Redis Cluster of masters alone, each with its share of the slots. */
export async function startRedisCluster(count = 3): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  for (let i = 0; i < count; i++) {
    // A node that is frozen by a test stays a member for its duration.
    nodes.push(await startRedis({ 'cluster-enabled': 'yes', 'cluster-node-timeout': 60_000 }));
  }
  const clients = nodes.map(({ url }) => new Redis(url));
  try {
    for (const [i, client] of clients.entries()) {
      await client.cluster(
        'ADDSLOTSRANGE',
        Math.ceil((SLOTS * i) / count),
        Math.ceil((SLOTS * (i + 1)) / count) - 1,
      );
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
      await client.cluster('MEET', '127.0.0.1', nodes[0]!.port);
    }
    for (const client of clients) {
      while (!(await isWhole(client, count))) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
  const others = nodes.slice(1).map(({ port }) => `&node=127.0.0.1:${port}`);
  return {
    url: `${nodes[0]!.url}?cluster=true${others.join('')}`,
    nodes,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

async function isWhole(client: Redis, count: number): Promise<boolean> {
  const info = await client.cluster('INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
}
