import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEventStore, type EventToAppend, type JsonObject } from '@keyward/event-store';
import { HttpClient } from '../../faults/load/http-client.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../../support/standalone.js';
import { interleave } from '../harness/interleave.js';
import type { Bench, Fixture, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';

const SLOTS = 10_000;
const SETS = 5;
const BATCH = 250;
const POLL_MS = 20;
/** Each takes seconds. */
const MOST_CHECKS = 5;
const by = {
  actor: 'olga',
  occurredAt: '2026-03-01T12:00:00.000Z',
  reason: null,
  idempotencyKey: null,
  requestDigest: null,
};

interface Job {
  readonly state: string;
  readonly events: number;
  readonly compared: number;
  readonly differenceCount: number;
}

interface Data {
  readonly events: number;
  /** What a bare read of all events took, in seconds, by round. */
  readonly bare: readonly number[];
  readonly admin: string;
  readonly keyward: RunningKeyward;
}

/** A Keyward on a log of 100,000 events, which was read barely before it started, as only one process may open it. */
const served: Fixture<Data> = {
  async open(bench) {
    const data = temporaryDataDir();
    const url = `sqlite:${join(data.path, 'keyward.db')}`;
    const events = await record(bench, url, bench.quick ? SLOTS / 10 : SLOTS);
    const bare: number[] = [];
    for (let round = 0; round < bench.rounds; round += 1) bare.push(await readBarely(url));
    const keyward = await startKeyward(data.path, { KEYWARD_RATE_LIMIT_PRINCIPAL: '0' });
    const admin = token(data.path, '--subject', 'root', '--platform-admin');
    const close = async (): Promise<void> => {
      await keyward.stop();
      data.dispose();
    };
    return { value: { events, bare, admin, keyward }, close };
  },
};

async function readBarely(url: string): Promise<number> {
  const log = await openEventStore(url);
  const startAt = performance.now();
  for await (const _ of log.readAll());
  const seconds = (performance.now() - startAt) / 1_000;
  await log.close();
  return seconds;
}

/** As commands would have left it, but that nothing is in the sealed bytes: nobody opens them. */
async function record(bench: Bench, url: string, slots: number): Promise<number> {
  const log = await openEventStore(url);
  let events = 0;
  const append = async (stream: string, type: string, data: JsonObject): Promise<void> => {
    const event: EventToAppend = { id: randomUUID(), type, data, metadata: { schemaVersion: 1 } };
    await log.append({ stream, expectedRevision: 'any', events: [event] });
    events += 1;
  };
  const text = 'x'.repeat(44);
  const sealed = {
    format: 1,
    kekId: 'kek-1',
    wrappedDataKey: text + text,
    commitment: text,
    nonce: 'n',
    ciphertext: text,
    tag: 't',
  };
  const set = async (n: number, version: number): Promise<void> => {
    const slot = { organizationId: 'acme', projectId: `p${n}`, integrationId: 'serpapi' };
    const key = { ...slot, keyId: `${n}-${version}`, version };
    await append(`keyMaterial-${key.keyId}`, 'KeySealed', { ...key, sealed });
    const facts = { fingerprint: `fp1_${n}`, lastFour: null, credentialKind: 'api_key' };
    await append(`projectKey-acme~p${n}~serpapi`, 'ProjectKeySet', { ...by, ...key, ...facts });
  };
  for (let version = 1; version <= SETS; version += 1) {
    bench.progress(`recording set ${version} of ${SETS} of ${figure(slots)} keys`);
    for (let first = 0; first < slots; first += BATCH)
      await Promise.all(Array.from({ length: BATCH }, (_, n) => set(first + n, version)));
  }
  await log.close();
  return events;
}

/** Seconds until it is done. */
async function work(
  { keyward, admin }: Data,
  path: string,
  body: object,
): Promise<{ seconds: number; job: Job }> {
  const http = new HttpClient(Number(new URL(keyward.httpUrl).port));
  const startAt = performance.now();
  try {
    await http.must({ method: 'POST', path: `/v1/read-model/${path}`, token: admin, body });
    const ask = { method: 'GET', path: '/v1/read-model/job', token: admin };
    let job: Job;
    do {
      await sleep(POLL_MS);
      ({ job } = (await http.must(ask)) as { job: Job });
    } while (job.state === 'running');
    if (job.state !== 'done') throw new Error(`It ended ${job.state}`);
    return { seconds: (performance.now() - startAt) / 1_000, job };
  } finally {
    http.close();
  }
}

async function rebuild(bench: Bench): Promise<Measurement> {
  const data = await bench.shared(served);
  let round = 0;
  const measurement = await interleave(
    bench,
    async () => data.events / (await work(data, 'rebuild', { check: 'none' })).seconds,
    () => Promise.resolve(data.events / data.bare[round++ % data.bare.length]!),
  );
  return {
    ...measurement,
    notes: [
      `${figure(data.events)} events, from the request until the new read model is served; the limit is a plain read of the log by a process of its own before`,
    ],
  };
}

async function check(bench: Bench): Promise<Measurement> {
  const data = await bench.shared(served);
  const rates: number[] = [];
  const rounds = Math.min(bench.rounds, MOST_CHECKS);
  for (let round = 0; round < rounds; round += 1) {
    const { seconds, job } = await work(data, 'check', {});
    rates.push(job.compared / seconds);
    bench.progress(`round ${round + 1} of ${rounds}: ${figure(rates.at(-1)!)}`);
  }
  return {
    value: median(rates),
    samples: { measured: rates },
    notes: ['each record against its own stream of the log'],
  };
}

export const rows: readonly Row[] = [
  {
    name: 'Rebuild beside what is served, from 100,000 events',
    unit: 'events/s',
    goal: { of: 'ratio', atLeast: 0.3 },
    run: rebuild,
  },
  {
    name: 'Check of 10,000 records against the log',
    unit: 'records/s',
    goal: { of: 'value', atLeast: 1_000 },
    run: check,
  },
];
