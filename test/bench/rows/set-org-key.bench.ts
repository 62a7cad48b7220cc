import { startChild, type Child } from '../harness/child.js';
import { interleave } from '../harness/interleave.js';
import type { Bench, Fixture, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import type { AppendShape, RawRound } from '../processes/raw-appends.process.js';
import type { SetLoad, SetRound } from '../processes/set-load.process.js';
import { processorSeconds } from '../support/processor-time.js';
import { slotPaths, startWritingKeyward } from '../support/writing-keyward.js';

const MOST_WRITERS = 64;
const ORGANIZATIONS = 16;
const WARM_UP_SETS = 20_000;

/** Writers of Keyward, and a program that appends the same bytes to the same tables by plain libsql. */
interface Writing {
  readonly load: Child;
  readonly raw: Child;
  readonly pid: number;
}

const writing: Fixture<Writing> = {
  async open(bench) {
    const keyward = await startWritingKeyward(ORGANIZATIONS);
    const [load, raw] = await Promise.all([
      startChild('processes/set-load.process.ts'),
      startChild('processes/raw-appends.process.ts'),
    ]);
    const close = async (): Promise<void> => {
      await Promise.all([load.stop(), raw.stop()]);
      await keyward.close();
    };
    const { httpUrl, token, logFile, pid } = keyward;
    const slots = slotPaths(keyward, MOST_WRITERS);
    await load.ask('open', { httpUrl, token, slots } satisfies SetLoad);
    await warmUp(bench, load);
    await raw.ask('open', logFile);
    return { value: { load, raw, pid }, close };
  },
};

/** Code that has not run often is interpreted: a single writer would take minutes to change that. */
async function warmUp(bench: Bench, load: Child): Promise<void> {
  bench.progress('warming up with all writers');
  let left = bench.quick ? WARM_UP_SETS / 10 : WARM_UP_SETS;
  while (left > 0) {
    const { sets } = await load.ask<SetRound>('run', { count: MOST_WRITERS, ms: bench.roundMs });
    left -= sets;
  }
}

async function measure(bench: Bench, count: number): Promise<Measurement> {
  const { load, raw, pid } = await bench.shared(writing);
  const used = { sets: 0, server: 0, own: 0, seconds: 0 };
  const pairs: number[] = [];
  const sets = async (): Promise<number> => {
    const before = processorSeconds(pid) ?? NaN;
    const round = await load.ask<SetRound>('run', { count, ms: bench.roundMs });
    used.sets += round.sets;
    used.seconds += round.seconds;
    used.own += round.ownSeconds;
    used.server += (processorSeconds(pid) ?? NaN) - before;
    return round.sets / round.seconds;
  };
  const appends = async (shape: AppendShape): Promise<number> => {
    const round = await raw.ask<RawRound>('run', { shape, perCommit: count, ms: bench.roundMs / 2 });
    return round.appends / round.seconds;
  };
  const measured = await interleave(bench, sets, async () => {
    pairs.push(await appends('pair'));
    return appends('one');
  });
  // Those of the rounds that were no warming up.
  const limitOfPairs = pairs.slice(1);
  const ratios = measured.samples['measured']!.map((value, round) => value / limitOfPairs[round]!);
  return {
    ...measured,
    samples: { ...measured.samples, limitOfPairs },
    notes: [
      `a set appends two events; of such pairs the limit is ${figure(median(limitOfPairs))} a second, ratio ${figure(median(ratios))}`,
      `processor time per set: ${figure((used.server / used.sets) * 1e6)} us in Keyward, ${figure((used.own / used.sets) * 1e6)} us in the load`,
    ],
  };
}

function rowFor(count: number): Row {
  return {
    name: `SetOrgKey over HTTP, ${count} at once`,
    unit: 'sets/s',
    goal: { of: 'ratio', atLeast: 0.4 },
    run: (bench) => measure(bench, count),
  };
}

export const rows: readonly Row[] = [rowFor(1), rowFor(MOST_WRITERS)];
