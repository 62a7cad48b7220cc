// @needs redis
import fc from 'fast-check';
import { startRedisCluster, type RedisCluster } from '../../../../test/support/services/redis-cluster.js';
import { MemoryReadModel } from '../memory/memory-read-model.js';
import type { ReadModel, ReadModelWriter } from '../read-model.port.js';
import { MAKERS, everything } from '../testing/describe-replay.js';
import { OTHER_STORE, STORE, at } from '../testing/sample-records.js';
import { ownPrefix, redisReadModel, removePrefix, testRedisUrl } from './redis.fixtures.js';

type Store = ReadModel & ReadModelWriter;
type Operation =
  | { readonly do: 'reset'; readonly store: string }
  | {
      readonly do: 'write';
      readonly records: readonly (readonly [maker: number, revision: number])[];
      readonly to: number;
    }
  | { readonly do: 'heartbeat'; readonly to: number }
  | { readonly do: 'markReady' }
  | { readonly do: 'checkpoint'; readonly store: string }
  | { readonly do: 'lookup'; readonly projects: readonly string[]; readonly integrations: readonly string[] };

const storeId = fc.constantFrom(STORE, STORE, OTHER_STORE);
const position = fc.nat(30);
const ids = (...all: string[]) => fc.uniqueArray(fc.constantFrom(...all), { maxLength: all.length });
const record = fc.tuple(fc.nat(MAKERS.length - 1), fc.nat(6));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), store: storeId }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      records: fc.array(record, { maxLength: 6 }),
      to: position,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heartbeat' as const), to: position }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('markReady' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), store: storeId }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('lookup' as const),
      projects: ids('a', 'b', 'c', 'unknown'),
      integrations: ids('openai', 'slack', 'unknown'),
    }),
  },
);

/** What an operation answers, or how it fails. */
async function perform(store: Store, step: Operation): Promise<unknown> {
  switch (step.do) {
    case 'reset':
      return store.reset(step.store);
    case 'write': {
      const records = step.records.map(([maker, revision]) => MAKERS[maker]!(BigInt(revision)));
      return store.write(records, at(step.to));
    }
    case 'heartbeat':
      return store.heartbeat(at(step.to));
    case 'markReady':
      return store.markReady();
    case 'checkpoint':
      return store.checkpoint(step.store);
    case 'lookup': {
      const addresses = step.projects.flatMap((projectId) =>
        step.integrations.map((integrationId) => ({ organizationId: 'acme', projectId, integrationId })),
      );
      const { entries, status } = await store.lookup(addresses);
      return { entries, ready: status.ready, position: status.position };
    }
  }
}

async function outcome(store: Store, step: Operation): Promise<unknown> {
  const answer = await perform(store, step).catch(() => 'failed');
  const state = await everything({ reader: store, writer: store }).catch(() => 'failed');
  return { answer, state };
}

/** The same operations on both, each compared at once: fast-check then prints the shortest sequence that differs. */
async function compare(open: () => Store, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(storeId, fc.array(operation, { maxLength: 25 }), async (first, operations) => {
      const memory = new MemoryReadModel();
      const redis = open();
      try {
        const steps: Operation[] = [{ do: 'reset', store: first }, ...operations];
        for (const step of steps) expect(await outcome(redis, step)).toEqual(await outcome(memory, step));
      } finally {
        await redis.close();
      }
    }),
    { numRuns },
  );
}

describe('the same operations on Redis and in memory give the same answers', () => {
  it('on one Redis', async () => {
    const url = testRedisUrl();
    const prefixes: string[] = [];
    const open = (): Store => {
      prefixes.push(ownPrefix());
      return redisReadModel(url, prefixes.at(-1)!);
    };
    try {
      await compare(open, 60);
    } finally {
      for (const prefix of prefixes) await removePrefix(url, prefix);
    }
  });

  describe('on three nodes', () => {
    let cluster: RedisCluster;
    beforeAll(async () => {
      cluster = await startRedisCluster();
    });
    afterAll(() => cluster.stop());

    it('of a Redis Cluster', () => compare(() => redisReadModel(cluster.url, ownPrefix()), 5));
  });
});
