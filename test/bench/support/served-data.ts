import { Redis } from 'ioredis';
import { startApart, type RunningApp } from '../../support/distributed.js';
import { startChild, type Child } from '../harness/child.js';
import type { Fixture } from '../harness/row.js';
import type { RawReads } from '../processes/raw-redis.process.js';
import type { LookupServer } from './grpc-server-load.js';
import { recordedData, type RecordedData } from './recorded-data.js';

/** Recorded data that a projector has put into Redis, and a lookup app over it. */
export interface ServedData extends LookupServer {
  readonly data: RecordedData;
  readonly redis: ReadModelPlace;
}

/** Where a read model is in Redis. */
export interface ReadModelPlace {
  readonly url: string;
  readonly prefix: string;
}

export interface DataSet {
  readonly recorded: Fixture<RecordedData>;
  readonly served: Fixture<ServedData>;
  /** A client of that Redis, as it comes. */
  readonly raw: Fixture<Child>;
}

/** @param times as for {@link recordedData} */
export function dataSet(times: number): DataSet {
  const recorded = recordedData(times);
  const served: Fixture<ServedData> = {
    async open(bench) {
      const data = await bench.shared(recorded);
      bench.progress(`starting a projector and a lookup app over ${data.slots} slots`);
      const env = { ...data.parts.env, NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '' };
      const apps = await startApart(['projector', 'lookup'], env);
      const lookup = apps[1]!;
      const value = {
        data,
        redis: placeOf(data.parts.env),
        grpcTarget: lookup.grpcTarget!,
        pid: lookup.program.pid,
        workerToken: data.workerToken,
        addresses: data.addresses,
      };
      return { value, close: () => stopAll(apps) };
    },
  };
  const raw: Fixture<Child> = {
    async open(bench) {
      const { redis, data } = await bench.shared(served);
      const value = await startChild('processes/raw-redis.process.ts');
      await value.ask('open', { ...redis, addresses: data.addresses } satisfies RawReads);
      return { value, close: () => value.stop() };
    },
  };
  return { recorded, served, raw };
}

/** @param env as all apps have it */
export function placeOf(env: Readonly<Record<string, string>>): ReadModelPlace {
  const url = new URL(env['KEYWARD_READ_MODEL']!);
  const prefix = url.searchParams.get('prefix')!;
  url.search = '';
  return { url: url.href, prefix };
}

export async function stopAll(apps: readonly RunningApp[]): Promise<void> {
  await Promise.all(apps.map((app) => app.stop()));
}

/** With a connection of its own that is closed after. */
export async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
