import { interleave } from '../harness/interleave.js';
import type { Bench, Fixture, Measurement, Row } from '../harness/row.js';
import { keywardWith } from '../support/bench-keyward.js';
import { addressOf } from '../support/grpc-calls.js';
import {
  BATCH,
  BATCHED,
  SINGLE,
  Work,
  loadsOfBoth,
  notesOn,
  type LoadPlan,
  type LookupServer,
} from '../support/grpc-server-load.js';

/** Six times as often as by default, so that the rounds have more than their share of what an interval costs. */
const audited = serverWith({ KEYWARD_READ_AUDIT: 'refuse', KEYWARD_READ_AUDIT_INTERVAL: '10s' });
const unaudited = serverWith({ KEYWARD_READ_AUDIT: 'off' });

function serverWith(settings: Readonly<Record<string, string>>): Fixture<LookupServer> {
  const keyward = keywardWith(settings);
  return {
    async open(bench) {
      const running = await bench.shared(keyward);
      const addresses = running.projectIds.map((id) => addressOf(id));
      return { value: { ...running, addresses }, close: () => Promise.resolve() };
    },
  };
}

async function measure(bench: Bench, plan: LoadPlan, keysPerCall: number): Promise<Measurement> {
  // Before the load: what is opened last is closed first.
  for (const server of [audited, unaudited]) await bench.shared(server);
  const opened = await bench.shared(loadsOfBoth(audited, unaudited, plan));
  const [on, off] = [new Work(opened, 'keyward'), new Work(opened, 'bare')];
  const measured = await interleave(bench, on.round(bench, keysPerCall), off.round(bench, keysPerCall));
  return { ...measured, notes: notesOn(on, off) };
}

export const rows: readonly Row[] = [
  {
    name: 'Lookup with the read audit, over without',
    unit: 'calls/s',
    goal: { of: 'ratio', atLeast: 0.9 },
    run: (bench) => measure(bench, SINGLE, 1),
  },
  {
    name: 'BatchLookup of 100 with the read audit, over without',
    unit: 'keys/s',
    goal: { of: 'ratio', atLeast: 0.9 },
    run: (bench) => measure(bench, BATCHED, BATCH),
  },
];
