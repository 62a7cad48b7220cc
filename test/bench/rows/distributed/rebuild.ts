import { setTimeout as sleep } from 'node:timers/promises';
import { startAppAlone } from '../../../support/distributed.js';
import { startChild, type Child } from '../../harness/child.js';
import type { Bench, Fixture, Measurement, Row } from '../../harness/row.js';
import { median } from '../../harness/statistics.js';
import { figure } from '../../harness/table.js';
import type { BareRead, ReadKind } from '../../processes/bare-log.process.js';
import { processorSeconds } from '../../support/processor-time.js';
import type { RecordedData } from '../../support/recorded-data.js';
import { placeOf, withRedis, type DataSet } from '../../support/served-data.js';
import { large, small } from './data-sets.js';

const ROUNDS = { small: 5, large: 3, quick: 2 };
const POLL_MS = 5;
const MICROSECONDS = 1_000_000;

/** Events per second, and what an event took of a processor, in microseconds. */
interface Pace {
  readonly perSecond: number;
  readonly microseconds: number;
}

interface Paces {
  readonly rebuild: Pace[];
  readonly bare: Readonly<Record<ReadKind, Pace[]>>;
  readonly events: number;
}

function pacesOf({ recorded }: DataSet, size: 'small' | 'large'): Fixture<Paces> {
  return {
    async open(bench) {
      const data = await bench.shared(recorded);
      const bareLog = await startChild('processes/bare-log.process.ts');
      try {
        const events = await bareLog.ask<number>('open', data.parts.eventStore.url);
        const value: Paces = { rebuild: [], bare: { subscription: [], read: [], pages: [] }, events };
        const rounds = bench.quick ? ROUNDS.quick : ROUNDS[size];
        for (let round = 1; round <= rounds; round += 1) {
          value.rebuild.push(await rebuild(data, events));
          for (const kind of ['subscription', 'read', 'pages'] as const)
            value.bare[kind].push(await readBare(bareLog, kind, events));
          const [own, bare] = [value.rebuild, value.bare.read].map((paces) =>
            figure(paces.at(-1)!.perSecond),
          );
          bench.progress(`${figure(events)} events, round ${round} of ${rounds}: ${own}, limit ${bare}`);
        }
        return { value, close: () => Promise.resolve() };
      } finally {
        await bareLog.stop();
      }
    },
  };
}

let rebuilds = 0;

/** A projector finds nothing in Redis: from when it says that it begins until the read model is served. */
async function rebuild({ parts }: RecordedData, events: number): Promise<Pace> {
  const env = { ...parts.env, NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '' };
  const { url, prefix } = placeOf(parts.env);
  const own = `${prefix}-rebuild-${++rebuilds}`;
  const projector = await startAppAlone('projector', { ...env, KEYWARD_READ_MODEL: `${url}?prefix=${own}` });
  const { pid } = projector.program;
  try {
    return await withRedis(url, async (redis) => {
      await projector.program.prints(/Building the read model/);
      const startAt = performance.now();
      const before = processorSeconds(pid) ?? NaN;
      while (!(await redis.hget(`${own}:{meta}`, 'live'))) await sleep(POLL_MS);
      const seconds = (performance.now() - startAt) / 1_000;
      const used = (processorSeconds(pid) ?? NaN) - before;
      return { perSecond: events / seconds, microseconds: (used / events) * MICROSECONDS };
    });
  } finally {
    await projector.stop();
    await withRedis(url, async (redis) => {
      for await (const keys of redis.scanStream({ match: `${own}:*`, count: 1_000 }))
        if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
    });
  }
}

async function readBare(bareLog: Child, kind: ReadKind, events: number): Promise<Pace> {
  const { seconds, ownSeconds } = await bareLog.ask<BareRead>('run', kind);
  return { perSecond: events / seconds, microseconds: (ownSeconds / events) * MICROSECONDS };
}

const fewPaces = pacesOf(small, 'small');
const manyPaces = pacesOf(large, 'large');

function rates(paces: readonly Pace[]): number[] {
  return paces.map(({ perSecond }) => perSecond);
}

async function measure(bench: Bench, paces: Fixture<Paces>): Promise<Measurement> {
  const { rebuild: rebuilt, bare, events } = await bench.shared(paces);
  const [measured, limit] = [rates(rebuilt), rates(bare.read)];
  const each = (of: readonly Pace[]): string => `${figure(median(of.map((pace) => pace.microseconds)))} us`;
  return {
    value: median(measured),
    limit: median(limit),
    ratio: median(measured.map((rate, round) => rate / limit[round]!)),
    samples: {
      measured,
      limit,
      subscription: rates(bare.subscription),
      pages: rates(bare.pages),
    },
    notes: [
      `${figure(events)} events, by a projector that has just started; the limit is one read of all by the same client; as a subscription ${figure(median(rates(bare.subscription)))}/s, in pages ${figure(median(rates(bare.pages)))}/s`,
      `an event takes ${each(rebuilt)} of the projector's processor time; of the bare client's ${each(bare.read)} read, ${each(bare.subscription)} as a subscription`,
    ],
  };
}

async function growth(bench: Bench): Promise<Measurement> {
  const few = rates((await bench.shared(fewPaces)).rebuild);
  const many = rates((await bench.shared(manyPaces)).rebuild);
  return {
    value: median(many),
    limit: median(few),
    ratio: median(many) / median(few),
    samples: { measured: many, limit: few },
    notes: ['the limit is the rebuild from a tenth of the events; not in turns, but one after the other'],
  };
}

export const rebuildRows: readonly Row[] = [
  {
    name: 'Rebuild of the read model from 20,000 events',
    unit: 'events/s',
    goal: { of: 'ratio', atLeast: 0.5 },
    run: (bench) => measure(bench, fewPaces),
  },
  {
    name: 'Rebuild of the read model from 200,000 events',
    unit: 'events/s',
    goal: { of: 'value', atLeast: 50_000 },
    run: (bench) => measure(bench, manyPaces),
  },
  {
    name: 'Rebuild of the read model, 10 times the events',
    unit: 'events/s',
    goal: { of: 'ratio', atLeast: 0.9 },
    run: growth,
  },
];
