// @needs redis, kafka
import { DistributedParts } from '../../../support/distributed-parts.js';
import { startApart, type RunningApp } from '../../../support/distributed.js';
import { startChild, type Child } from '../../harness/child.js';
import type { Bench, Fixture, Measurement, Row } from '../../harness/row.js';
import { median, quantile } from '../../harness/statistics.js';
import { figure } from '../../harness/table.js';
import { Audience, WATCHERS, type WatchServer } from '../../support/audience.js';
import { fillOver, keyOf, type Filled } from '../../support/bench-keyward.js';
import { stopAll } from '../../support/served-data.js';
import { nowMs } from '../../support/shared-clock.js';

/** Of the raw messages so many for one change, as a change has a thousand receipts and they one. */
const RAW_PER_ROUND = 20;
/** What a message of Keyward's has, about. */
const MESSAGE_BYTES = 700;

const APPS = ['api', 'projector', 'relay', 'broadcaster'];
const ENV = {
  KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
  KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '',
};

interface Apart extends WatchServer, Filled {
  /** Of the changes, in Kafka. */
  readonly topic: string;
  readonly broker: string;
}

const apart: Fixture<Apart> = {
  async open(bench) {
    bench.progress('starting the apps and filling them');
    const parts = new DistributedParts();
    await parts.start();
    const apps: RunningApp[] = [];
    const close = async (): Promise<void> => {
      await stopAll(apps);
      await parts.stop();
    };
    try {
      apps.push(...(await startApart(APPS, { ...parts.env, ...ENV })));
      const filled = await fillOver(apps[0]!.operationsUrl, parts.dataDir);
      const { host, pathname } = new URL(parts.env['KEYWARD_CHANGE_LOG']!);
      const grpcTarget = apps.at(-1)!.grpcTarget!;
      return { value: { ...filled, grpcTarget, broker: host, topic: pathname.slice(1) }, close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

const audience = Audience.of(apart);

const kafka: Fixture<Child> = {
  async open(bench) {
    const { broker, topic } = await bench.shared(apart);
    const value = await startChild('processes/raw-kafka.process.ts');
    await value.ask('open', { broker, topic });
    return { value, close: () => value.stop() };
  },
};

/** Milliseconds of one change since its request. */
interface Change {
  readonly acknowledged: number;
  /** A plain consumer has read it from Kafka. */
  readonly inKafka: number;
  /** A value per watcher. */
  readonly receipts: readonly number[];
  /** Messages of plain kafkajs, each since it was sent. */
  readonly raw: readonly number[];
  /** What a bare gRPC server takes to write to as many streams. */
  readonly bare: readonly number[];
}

const changes: Fixture<readonly Change[]> = {
  async open(bench) {
    const running = await bench.shared(apart);
    const watching = await bench.shared(audience);
    const plain = await bench.shared(kafka);
    const value: Change[] = [];
    const warmUp = Math.ceil(bench.rounds / 3);
    for (let round = 1 - warmUp; round <= bench.rounds; round += 1) {
      const seen = await oneChange(running, watching, plain, `round-${round}`);
      if (round < 1) continue;
      value.push(seen);
      const [own, beside] = [seen.receipts, seen.raw].map((times) => figure(quantile(times, 0.99)));
      bench.progress(`round ${round} of ${bench.rounds}: p99 ${own} ms, limit ${beside} ms`);
    }
    return { value, close: () => Promise.resolve() };
  },
};

async function oneChange(
  { topic, setOrganizationKey }: Apart,
  watching: Audience,
  plain: Child,
  name: string,
): Promise<Change> {
  await plain.ask('arm', topic);
  await watching.arm();
  const requestedAt = nowMs();
  const since = (at: number): number => at - requestedAt;
  await setOrganizationKey(keyOf(name));
  const acknowledged = since(nowMs());
  const receipts = (await watching.receipts()).map(since);
  const inKafka = since(await plain.ask<number>('arrival', topic));
  const raw = await plain.ask<number[]>('roundTrips', { count: RAW_PER_ROUND, bytes: MESSAGE_BYTES });
  return { acknowledged, inKafka, receipts, raw, bare: await watching.bareDelays() };
}

async function measure(bench: Bench): Promise<Measurement> {
  const rounds = await bench.shared(changes);
  const receipts = rounds.flatMap((round) => round.receipts);
  const raw = rounds.flatMap((round) => round.raw);
  const p99 = (times: readonly number[]): number => quantile(times, 0.99);
  const [value, limit] = [p99(receipts), p99(raw)];
  const bare = p99(rounds.flatMap((round) => round.bare));
  const all = (times: readonly number[]): string => {
    const [middle, most, worst] = [0.5, 0.99, 1].map((share) => figure(quantile(times, share)));
    return `p50 ${middle} ms, p99 ${most} ms, worst ${worst} ms`;
  };
  const middle = (of: (round: Change) => number): string => `${figure(median(rounds.map(of)))} ms`;
  return {
    value,
    limit,
    ratio: value / limit,
    samples: {
      measured: rounds.map((round) => p99(round.receipts)),
      limit: rounds.map((round) => p99(round.raw)),
      acknowledged: rounds.map(({ acknowledged }) => acknowledged),
      inKafka: rounds.map(({ inKafka }) => inKafka),
      bare: rounds.map((round) => p99(round.bare)),
    },
    notes: [
      `${rounds.length} changes: ${all(receipts)}; plain kafkajs, produced with acks=all and consumed, one message: ${all(raw)}`,
      `since the request, medians: acknowledged ${middle((round) => round.acknowledged)}, read from Kafka by a plain consumer ${middle((round) => round.inKafka)}, first watcher ${middle((round) => Math.min(...round.receipts))}, last ${middle((round) => Math.max(...round.receipts))}`,
      `a bare grpc-js server takes ${figure(bare)} ms (p99) to write the same to as many streams; against that and Kafka's p99 together the ratio is ${figure(value / (limit + bare))}`,
    ],
  };
}

export const rows: readonly Row[] = [
  {
    name: `Set to ${WATCHERS.toLocaleString('en-US')} watchers through Kafka, from the request, p99`,
    unit: 'ms',
    goal: { of: 'ratio', atMost: 2 },
    run: measure,
  },
];
