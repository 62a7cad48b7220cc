import { interleave } from '../../harness/interleave.js';
import type { Bench, Fixture, Measurement, Row } from '../../harness/row.js';
import { median } from '../../harness/statistics.js';
import { figure } from '../../harness/table.js';
import type { RawRound } from '../../processes/raw-redis.process.js';
import {
  BATCH,
  BATCHED,
  CONCURRENCY,
  SINGLE,
  Work,
  loadsOf,
  notesOn,
  type Loads,
} from '../../support/grpc-server-load.js';
import { large, small } from './data-sets.js';

const single = loadsOf(small.served, SINGLE);
const batch = loadsOf(small.served, BATCHED);
const singleOfMany = loadsOf(large.served, SINGLE);

/** Against a bare gRPC server; and, after each of its rounds, one of plain HMGETs. */
async function measure(bench: Bench, loads: Fixture<Loads>, keysPerCall: number): Promise<Measurement> {
  const opened = await bench.shared(loads);
  const raw = await bench.shared(small.raw);
  const [own, bare] = [new Work(opened, 'keyward'), new Work(opened, 'bare')];
  const bareRound = bare.round(bench, keysPerCall);
  const round: RawRound = { perQuestion: keysPerCall, atOnce: CONCURRENCY, ms: bench.roundMs };
  const rawRates: number[] = [];
  const measured = await interleave(bench, own.round(bench, keysPerCall), async () => {
    rawRates.push(await raw.ask<number>('run', round));
    return bareRound();
  });
  const { value, samples } = measured;
  const rates = rawRates.slice(-samples['measured']!.length);
  const ratio = median(samples['measured']!.map((rate, index) => rate / rates[index]!));
  return {
    ...measured,
    samples: { ...samples, rawRedis: rates },
    notes: [
      ...notesOn(own, bare),
      `plain HMGETs of ioredis for the same, ${CONCURRENCY} at once: ${figure(median(rates))}/s; ${figure(value)}/s is ${figure(ratio)} of that`,
    ],
  };
}

/** The same calls on ten times the slots, in turns with those on few. */
async function growth(bench: Bench): Promise<Measurement> {
  const [many, few] = [await bench.shared(singleOfMany), await bench.shared(single)];
  const [ofMany, ofFew] = [new Work(many, 'keyward'), new Work(few, 'keyward')];
  const measured = await interleave(bench, ofMany.round(bench, 1), ofFew.round(bench, 1));
  const perSecond = [ofMany, ofFew].map((work) => figure(work.callsPerServerSecond));
  return {
    ...measured,
    notes: [
      `the limit is the same on a tenth of the slots; calls per second of the server's processor time: ${perSecond.join(', limit ')}`,
    ],
  };
}

export const lookupRows: readonly Row[] = [
  {
    name: 'Lookup over gRPC and Redis',
    unit: 'calls/s',
    goal: { of: 'ratio', atLeast: 0.7 },
    run: (bench) => measure(bench, single, 1),
  },
  {
    name: 'BatchLookup of 100 over gRPC and Redis',
    unit: 'keys/s',
    goal: { of: 'value', atLeast: 100_000 },
    run: (bench) => measure(bench, batch, BATCH),
  },
  {
    name: 'Lookup over gRPC and Redis, 10 times the slots',
    unit: 'calls/s',
    goal: { of: 'ratio', atLeast: 0.9 },
    run: growth,
  },
];
