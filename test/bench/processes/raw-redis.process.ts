import { Redis } from 'ioredis';
import { serveParent } from '../harness/child.js';

export interface RawReads {
  readonly url: string;
  /** What the keys of the read model begin with. */
  readonly prefix: string;
  readonly addresses: readonly {
    readonly organizationId: string;
    readonly projectId: string;
    readonly integrationId: string;
  }[];
}

export interface RawRound {
  /** How many addresses each question is about. */
  readonly perQuestion: number;
  /** How many questions are on their way at any time. */
  readonly atOnce: number;
  readonly ms: number;
}

type Read = readonly [key: string, fields: readonly string[]];

let redis: Redis;
let prefix: string;
let addresses: RawReads['addresses'];

/** Plain HMGETs of the fields that lookups need: nothing is checked, decoded or opened. */
serveParent({
  async open(wanted: RawReads): Promise<void> {
    redis = new Redis(wanted.url);
    const generation = await redis.hget(`${wanted.prefix}:{meta}`, 'live');
    prefix = `${wanted.prefix}:${generation}`;
    addresses = wanted.addresses;
    for (const [key, fields] of readsOf(addresses)) {
      if ((await redis.hmget(key, ...fields)).every((value) => value === null))
        throw new Error(`${key} is not what the read model holds.`);
    }
  },
  /** @returns addresses per second */
  async run({ perQuestion, atOnce, ms }: RawRound): Promise<number> {
    const questions = Array.from({ length: addresses.length / perQuestion }, (_, n) =>
      readsOf(addresses.slice(n * perQuestion, (n + 1) * perQuestion)),
    );
    const startAt = performance.now();
    let asked = 0;
    const loop = async (): Promise<void> => {
      while (performance.now() < startAt + ms) {
        const reads = questions[asked++ % questions.length]!;
        await Promise.all(reads.map(([key, fields]) => redis.hmget(key, ...fields)));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, loop));
    return (asked * perQuestion * 1_000) / (performance.now() - startAt);
  },
});

/** One HMGET for each hash: that of the organization and its projects, and those of the integrations with their slots. */
function readsOf(asked: RawReads['addresses']): Read[] {
  const hashes = new Map<string, Set<string>>();
  const want = (key: string, ...fields: string[]): void => {
    const known = hashes.get(key) ?? new Set();
    hashes.set(key, known);
    for (const field of fields) known.add(field);
  };
  for (const { organizationId, projectId, integrationId } of asked) {
    want(`${prefix}:{${organizationId}}`, '.', projectId, `#${integrationId}`);
    want(`${prefix}:{${organizationId}}:${integrationId}`, '.', projectId, '#');
  }
  return [...hashes].map(([key, fields]) => [key, [...fields]]);
}
