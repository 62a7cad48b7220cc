import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../harness/child.js';
import type { Bench, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import type { SetLoad, SetRound } from '../processes/set-load.process.js';
import { slotPaths, startWritingKeyward, type WritingKeyward } from '../support/writing-keyward.js';

const EVENTS = 100_000;
/** A set leaves the key sealed and the event that names it. */
const EVENTS_PER_SET = 2;
const ORGANIZATIONS = 16;
const WRITERS = 64;
const STARTS = 7;
const POLL_MS = 10;

/** What one start took, in seconds from the call that makes the process. */
interface Start {
  readonly listening: number;
  readonly ready: number;
}

async function measure(bench: Bench): Promise<Measurement> {
  const keyward = await startWritingKeyward(ORGANIZATIONS);
  try {
    const events = bench.quick ? EVENTS / 10 : EVENTS;
    await fill(bench, keyward, events);
    await keyward.stop();
    const starts: Start[] = [];
    // The first finds none of the files in the memory of the operating system.
    for (let round = 0; round <= (bench.quick ? 2 : STARTS); round += 1) {
      const start = await startOnce(keyward.dataDir);
      bench.progress(`start ${round}: ready after ${figure(start.ready)} s`);
      if (round > 0) starts.push(start);
    }
    const listening = median(starts.map((start) => start.listening));
    const ready = starts.map((start) => start.ready);
    return {
      value: median(ready),
      samples: { measured: ready },
      notes: [
        `${figure(events)} events; what npm start runs, as built; it listens after ${figure(listening)} s`,
      ],
    };
  } finally {
    await keyward.close();
  }
}

async function fill(bench: Bench, keyward: WritingKeyward, events: number): Promise<void> {
  const load = await startChild('processes/set-load.process.ts');
  const { httpUrl, token } = keyward;
  await load.ask('open', { httpUrl, token, slots: slotPaths(keyward, WRITERS) } satisfies SetLoad);
  let left = events / EVENTS_PER_SET;
  while (left > 0) {
    bench.progress(`${figure(left)} sets to go`);
    const { sets } = await load.ask<SetRound>('run', { count: WRITERS, ms: 2_000, most: left });
    left -= sets;
  }
  await load.stop();
}

async function startOnce(dataDir: string): Promise<Start> {
  const startAt = performance.now();
  const seconds = (): number => (performance.now() - startAt) / 1_000;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      KEYWARD_DATA_DIR: dataDir,
      KEYWARD_HTTP_PORT: '0',
      KEYWARD_GRPC_PORT: '0',
    },
  });
  try {
    const url = await addressOf(child.stdout);
    const listening = seconds();
    while (!(await isReady(url))) await sleep(POLL_MS);
    return { listening, ready: seconds() };
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /HTTP API (http:[^\s,]+)/.exec(line)?.[1];
    if (url !== undefined) {
      output.resume();
      return url;
    }
  }
  throw new Error('Keyward ended before it listened.');
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`);
  await answer.arrayBuffer();
  return answer.ok;
}

export const rows: readonly Row[] = [
  {
    name: 'Start with 100,000 events',
    unit: 's',
    goal: { of: 'value', atMost: 2 },
    run: measure,
  },
];
