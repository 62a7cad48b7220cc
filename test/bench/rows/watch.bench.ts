import type { Child } from '../harness/child.js';
import type { Bench, Fixture, Goal, Measurement, Row } from '../harness/row.js';
import { median, quantile } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import { Audience, WATCHERS } from '../support/audience.js';
import { keyOf, keyward, type BenchKeyward } from '../support/bench-keyward.js';
import { worker } from '../support/bench-worker.js';
import { nowMs } from '../support/shared-clock.js';

const GOAL: Goal = { of: 'value', atMost: 50 };

const audience = Audience.of(keyward);

/** Milliseconds of one change, a value per watcher. */
interface Delays {
  readonly fromRequest: readonly number[];
  readonly fromAcknowledgement: readonly number[];
  /** To the first lookup of an SDK that gives the new key. */
  readonly newKey: number;
  /** From the begin of a bare server's writing. */
  readonly bare: readonly number[];
}

/** One series of changes, which all rows look at. */
const delays: Fixture<readonly Delays[]> = {
  async open(bench) {
    const running = await bench.shared(keyward);
    const sdk = await bench.shared(worker);
    const watching = await bench.shared(audience);
    const value: Delays[] = [];
    const warmUp = Math.ceil(bench.rounds / 3);
    for (let round = 1 - warmUp; round <= bench.rounds; round += 1) {
      const seen = await oneChange(running, sdk, watching, `round-${round}`);
      if (round < 1) continue;
      value.push(seen);
      const [own, beside] = [seen.fromRequest, seen.bare].map((times) => figure(quantile(times, 0.99)));
      bench.progress(`round ${round} of ${bench.rounds}: p99 ${own} ms, limit ${beside} ms`);
    }
    return { value, close: () => Promise.resolve() };
  },
};

async function oneChange(
  running: BenchKeyward,
  sdk: Child,
  watching: Audience,
  name: string,
): Promise<Delays> {
  await sdk.ask('armNewKey');
  await watching.arm();
  const requestedAt = nowMs();
  await running.setOrganizationKey(keyOf(name));
  const acknowledgedAt = nowMs();
  const receipts = await watching.receipts();
  const newKeyAt = await sdk.ask<number>('newKeyAt');
  return {
    fromRequest: receipts.map((at) => at - requestedAt),
    // A watcher may well hear of it before the acknowledgement has come back.
    fromAcknowledgement: receipts.map((at) => Math.max(0, at - acknowledgedAt)),
    newKey: newKeyAt - requestedAt,
    bare: await watching.bareDelays(),
  };
}

/** The 99th of a hundred watchers: the median of the rounds', with the limit's. */
async function p99(bench: Bench, of: (delays: Delays) => readonly number[]): Promise<Measurement> {
  const rounds = await bench.shared(delays);
  const measured = rounds.map((seen) => quantile(of(seen), 0.99));
  const limit = rounds.map((seen) => quantile(seen.bare, 0.99));
  const all = rounds.flatMap(of);
  const [middle, most, worst] = [0.5, 0.99, 1].map((share) => figure(quantile(all, share)));
  return {
    value: median(measured),
    limit: median(limit),
    ratio: median(measured.map((value, round) => value / limit[round]!)),
    samples: { measured, limit },
    notes: [
      `median of ${rounds.length} changes' p99; all receipts together: p50 ${middle} ms, p99 ${most} ms, worst ${worst} ms; limit: a bare grpc-js server writes the same to as many streams`,
    ],
  };
}

export const rows: readonly Row[] = [
  {
    name: `Set to ${WATCHERS.toLocaleString('en-US')} watchers, from the request, p99`,
    unit: 'ms',
    goal: GOAL,
    run: (bench) => p99(bench, ({ fromRequest }) => fromRequest),
  },
  {
    name: `Set to ${WATCHERS.toLocaleString('en-US')} watchers, from the acknowledgement, p99`,
    unit: 'ms',
    goal: GOAL,
    run: (bench) => p99(bench, ({ fromAcknowledgement }) => fromAcknowledgement),
  },
  {
    name: 'Set to the first lookup with the new key, p99',
    unit: 'ms',
    goal: GOAL,
    async run(bench) {
      const measured = (await bench.shared(delays)).map(({ newKey }) => newKey);
      const note = `a worker with the SDK, from the request, while the others watch; p50 ${figure(median(measured))} ms`;
      return { value: quantile(measured, 0.99), samples: { measured }, notes: [note] };
    },
  },
];
