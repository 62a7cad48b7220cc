import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEventStore, type EventStore, type JsonObject, type StreamAppend } from '@keyward/event-store';
import { Sealer, Secret, keksFromEnvironment, keyMaterialStream, openKeyring } from '@keyward/sealing';
import { KeyWorld } from '../../faults/shredding/key-world.js';
import { temporaryDataDir } from '../../support/standalone.js';
import type { Bench, Measurement, Row } from '../harness/row.js';
import { figure } from '../harness/table.js';
import { keyOf } from '../support/bench-keyward.js';

const KEYS = 100_000;
const BATCH = 500;
/** Of the keys that are looked up meanwhile. */
const LOOKED_UP = 100;
const WORKERS = 2;
const PAUSE_MS = 2;
const OLD = `old:${randomBytes(32).toString('base64')}`;
const NEW = `new:${randomBytes(32).toString('base64')}`;

async function measure(bench: Bench): Promise<Measurement> {
  const data = temporaryDataDir();
  const keys = bench.quick ? KEYS / 20 : KEYS;
  try {
    const world = await KeyWorld.open(data.path, { projects: LOOKED_UP, env: { KEYWARD_KEK: OLD } });
    try {
      await world.close();
      await fill(bench, data.path, keys);
      await world.start({ KEYWARD_KEK: `${NEW},${OLD}` });
      return await rotate(bench, world, keys);
    } finally {
      await world.close();
    }
  } finally {
    data.dispose();
  }
}

async function rotate(bench: Bench, world: KeyWorld, keys: number): Promise<Measurement> {
  const stop = new AbortController();
  const load = lookUp(world, stop.signal);
  const startAt = performance.now();
  await world.askForRotation();
  for (let remaining = -1; remaining !== 0; await sleep(100)) {
    const status = await world.kekStatus();
    remaining = status.others.length === 0 ? 0 : (status.remaining ?? keys);
    bench.progress(`${figure(remaining)} data keys to go`);
  }
  const seconds = (performance.now() - startAt) / 1_000;
  stop.abort();
  const { lookups, failures } = await load;
  return {
    value: seconds,
    samples: { measured: [seconds] },
    notes: [`${figure(keys)} data keys; ${figure(lookups)} lookups meanwhile, ${failures} of them failed`],
  };
}

/** The log as the api would have left it, each project with a key of its own. */
async function fill(bench: Bench, dataDir: string, keys: number): Promise<void> {
  const events = await openEventStore(`sqlite:${join(dataDir, 'keyward.db')}`);
  const keks = keksFromEnvironment(OLD);
  const sealer = new Sealer(keks);
  try {
    await openKeyring(events, keks);
    for (let first = 0; first < keys; first += BATCH) {
      const count = Math.min(BATCH, keys - first);
      await Promise.all(Array.from({ length: count }, (_, n) => set(events, sealer, first + n)));
      if (first % 10_000 === 0) bench.progress(`${figure(keys - first)} keys to make`);
    }
  } finally {
    await events.close();
  }
}

async function set(events: EventStore, sealer: Sealer, n: number): Promise<void> {
  const slot = { organizationId: 'acme', projectId: `p${n}`, integrationId: 'serpapi' };
  const binding = { ...slot, keyId: randomUUID(), version: 1 };
  const sealed = await sealer.seal(Secret.fromUtf8(keyOf(String(n))), binding);
  await events.append(only(keyMaterialStream(binding.keyId), 'KeySealed', { ...binding, sealed }));
  const facts = { fingerprint: `fp1_${n}`, lastFour: null, credentialKind: 'api_key' };
  const provenance = { actor: 'olga', reason: null, idempotencyKey: null, requestDigest: null };
  const data = { ...binding, ...facts, ...provenance, occurredAt: new Date().toISOString() };
  await events.append(only(`projectKey-acme~p${n}~serpapi`, 'ProjectKeySet', data));
}

function only(stream: string, type: string, data: JsonObject): StreamAppend {
  const event = { id: randomUUID(), type, data, metadata: { schemaVersion: 1 } };
  return { stream, expectedRevision: 'no_stream', events: [event] };
}

async function lookUp(world: KeyWorld, signal: AbortSignal): Promise<{ lookups: number; failures: number }> {
  const client = world.lookups();
  let [lookups, failures] = [0, 0];
  const worker = async (from: number): Promise<void> => {
    for (let n = from; !signal.aborted; n = (n + 1) % LOOKED_UP) {
      const secret = await client.ask(n).catch(() => undefined);
      lookups += 1;
      if (secret !== keyOf(String(n))) failures += 1;
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, n) => worker(n * 7)));
  client.close();
  return { lookups, failures };
}

export const rows: readonly Row[] = [
  {
    name: 'Wrap 100,000 data keys by a new key encryption key',
    unit: 's',
    goal: { of: 'value', atMost: 60 },
    run: measure,
  },
];
