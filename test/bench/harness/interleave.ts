import type { Bench, Measurement } from './row.js';
import { median } from './statistics.js';

/** Takes one figure. */
export type Round = () => Promise<number>;

/** As many rounds as to measure, over this, so that all is compiled that will be. */
const WARM_UP_SHARE = 3;

/**
 * Measures a thing and its limit in turns, A B A B ..., after some rounds of each to warm up. A machine
 * that gets slower meanwhile slows both, so the ratio is that of neighbours, and of these the median.
 */
export async function interleave(bench: Bench, measured: Round, limit: Round): Promise<Measurement> {
  bench.progress('warming up');
  for (let round = 0; round < bench.rounds / WARM_UP_SHARE; round += 1) {
    await measured();
    await limit();
  }
  const values: number[] = [];
  const limits: number[] = [];
  for (let round = 1; round <= bench.rounds; round += 1) {
    values.push(await measured());
    limits.push(await limit());
    const [value, beside] = [values.at(-1)!, limits.at(-1)!].map((figure) => figure.toPrecision(4));
    bench.progress(`round ${round} of ${bench.rounds}: ${value}, limit ${beside}`);
  }
  return {
    value: median(values),
    limit: median(limits),
    ratio: median(values.map((value, round) => value / limits[round]!)),
    samples: { measured: values, limit: limits },
  };
}
