import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../harness/child.js';
import type { Bench, Fixture, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import type { SetLoad, SetRound } from '../processes/set-load.process.js';
import { keyPath, startWritingKeyward, type WritingKeyward } from '../support/writing-keyward.js';

const ORGANIZATIONS = 16;
const WRITERS = 4;
const READERS = 16;
const SAMPLE_MS = 2_000;
const SETTLE_MS = 10_000;
const MEGABYTE = 1024;

/** Resident memory in MB, in order of time. */
interface Sampled {
  readonly idle: readonly number[];
  readonly loaded: readonly number[];
  readonly sets: number;
  readonly reads: number;
  readonly minutes: number;
}

/** One Keyward, first at rest and then under a load that writes and reads all the time. */
const sampled: Fixture<Sampled> = {
  async open(bench) {
    const keyward = await startWritingKeyward(ORGANIZATIONS);
    try {
      bench.progress('at rest');
      await sleep(bench.quick ? SETTLE_MS / 10 : SETTLE_MS);
      const idle = await sampleDuring(keyward.pid, sleep(2 * SAMPLE_MS));
      const { sets, reads, loaded } = await load(bench, keyward);
      return { value: { idle, loaded, sets, reads, minutes: bench.minutes }, close: () => Promise.resolve() };
    } finally {
      await keyward.close();
    }
  },
};

async function load(
  bench: Bench,
  keyward: WritingKeyward,
): Promise<Pick<Sampled, 'loaded' | 'sets' | 'reads'>> {
  const { httpUrl, token, organizationIds, pid } = keyward;
  const writers = await startChild('processes/set-load.process.ts');
  const readers = await startChild('processes/read-load.process.ts');
  const slots = Array.from({ length: WRITERS }, (_, n) =>
    keyPath(organizationIds[n % ORGANIZATIONS]!, 'serpapi'),
  );
  await writers.ask('open', { httpUrl, token, slots } satisfies SetLoad);
  const paths = organizationIds.map((id) => `/v1/organizations/${id}/integrations`);
  await readers.ask('open', { httpUrl, token, paths, count: READERS });
  bench.progress(`under load for ${figure(bench.minutes)} minutes`);
  const ms = bench.minutes * 60_000;
  const running = Promise.all([
    writers.ask<SetRound>('run', { count: WRITERS, ms }),
    readers.ask<{ reads: number }>('run', { ms }),
  ]);
  const loaded = await sampleDuring(pid, running);
  const [{ sets }, { reads }] = await running;
  await Promise.all([writers.stop(), readers.stop()]);
  return { loaded, sets, reads };
}

async function sampleDuring(pid: number, work: Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  let done = false;
  const ended = work.finally(() => (done = true));
  while (!done) {
    samples.push(residentMegabytes(pid));
    await Promise.race([ended, sleep(SAMPLE_MS)]);
  }
  await ended;
  return samples;
}

function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / MEGABYTE;
}

/** The samples of the n-th fifth of the time, of five. */
function fifth(samples: readonly number[], n: number): readonly number[] {
  const at = (share: number): number => Math.floor((share / 5) * samples.length);
  return samples.slice(at(n - 1), Math.max(at(n), at(n - 1) + 1));
}

async function loadedMemory(bench: Bench): Promise<Measurement> {
  const { loaded, sets, reads, minutes } = await bench.shared(sampled);
  return {
    value: median(fifth(loaded, 5)),
    samples: { measured: loaded },
    notes: [
      `median of the last fifth of ${figure(minutes)} minutes, with ${figure(sets)} sets and ${figure(reads)} listings; at most ${figure(Math.max(...loaded))} MB at any time`,
    ],
  };
}

async function growth(bench: Bench): Promise<Measurement> {
  const { loaded } = await bench.shared(sampled);
  const [middle, last] = [median(fifth(loaded, 3)), median(fifth(loaded, 5))];
  return {
    value: last - middle,
    limit: middle,
    ratio: last / middle,
    samples: { measured: loaded },
    notes: ['medians of the last fifth of the time and of the middle one; the limit is the middle one'],
  };
}

async function idleMemory(bench: Bench): Promise<Measurement> {
  const { idle } = await bench.shared(sampled);
  return { value: median(idle), samples: { measured: idle } };
}

export const rows: readonly Row[] = [
  { name: 'Resident memory at rest', unit: 'MB', goal: { of: 'value', atMost: 150 }, run: idleMemory },
  { name: 'Resident memory under load', unit: 'MB', goal: { of: 'value', atMost: 250 }, run: loadedMemory },
  { name: 'Growth of memory under load', unit: 'MB', goal: { of: 'ratio', atMost: 1.1 }, run: growth },
];
