import type { Bench, Measurement, Row } from '../../harness/row.js';
import { figure } from '../../harness/table.js';
import { withRedis, type DataSet } from '../../support/served-data.js';
import { large, small } from './data-sets.js';

const KILOBYTE = 1_024;
const PER = 1_000;

/** Kilobytes of one read model per 1,000 slots, and what of that are the texts of its fields. */
interface Held {
  readonly keys: number;
  readonly kilobytes: number;
  readonly texts: number;
}

async function heldBy({ served }: DataSet, bench: Bench): Promise<Held> {
  const { redis: place, data } = await bench.shared(served);
  const total = await withRedis(place.url, async (redis) => {
    const sum = { keys: 0, bytes: 0, texts: 0 };
    for await (const keys of redis.scanStream({ match: `${place.prefix}:*`, count: 1_000 })) {
      for (const key of keys as string[]) {
        sum.keys += 1;
        // Without a limit to how many of its fields are looked at.
        sum.bytes += Number(await redis.memory('USAGE', key, 'SAMPLES', 0));
        if ((await redis.type(key)) === 'hash') sum.texts += textBytes(await redis.hgetall(key));
      }
    }
    return sum;
  });
  const perThousand = (bytes: number): number => (bytes / KILOBYTE) * (PER / data.slots);
  return { keys: total.keys, kilobytes: perThousand(total.bytes), texts: perThousand(total.texts) };
}

function textBytes(fields: Readonly<Record<string, string>>): number {
  return Object.entries(fields).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0);
}

async function memory(bench: Bench): Promise<Measurement> {
  const { kilobytes, texts, keys } = await heldBy(small, bench);
  return {
    value: kilobytes,
    limit: texts,
    ratio: kilobytes / texts,
    samples: { measured: [kilobytes], limit: [texts] },
    notes: [
      `MEMORY USAGE of all ${figure(keys)} keys, with two projects registered for each slot of an integration; the limit is the bytes of fields and values alone`,
    ],
  };
}

async function growth(bench: Bench): Promise<Measurement> {
  const [many, few] = [await heldBy(large, bench), await heldBy(small, bench)];
  return {
    value: many.kilobytes,
    limit: few.kilobytes,
    ratio: many.kilobytes / few.kilobytes,
    samples: { measured: [many.kilobytes], limit: [few.kilobytes] },
  };
}

export const memoryRows: readonly Row[] = [
  {
    name: 'Memory of Redis per 1,000 slots',
    unit: 'kB',
    goal: { of: 'ratio', atMost: 1.3 },
    run: memory,
  },
  {
    name: 'Memory of Redis per 1,000 slots, 10 times the slots',
    unit: 'kB',
    goal: { of: 'ratio', atMost: 1.1 },
    run: growth,
  },
];
