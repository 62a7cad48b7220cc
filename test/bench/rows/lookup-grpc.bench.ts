import { interleave } from '../harness/interleave.js';
import type { Bench, Fixture, Measurement, Row } from '../harness/row.js';
import { keyward } from '../support/bench-keyward.js';
import { addressOf } from '../support/grpc-calls.js';
import {
  BATCH,
  BATCHED,
  SINGLE,
  Work,
  loadsOf,
  notesOn,
  type Loads,
  type LookupServer,
} from '../support/grpc-server-load.js';

const server: Fixture<LookupServer> = {
  async open(bench) {
    const running = await bench.shared(keyward);
    const addresses = running.projectIds.map((id) => addressOf(id));
    return { value: { ...running, addresses }, close: () => Promise.resolve() };
  },
};

async function measure(bench: Bench, loads: Fixture<Loads>, keysPerCall: number): Promise<Measurement> {
  const opened = await bench.shared(loads);
  const [own, bare] = [new Work(opened, 'keyward'), new Work(opened, 'bare')];
  const measured = await interleave(bench, own.round(bench, keysPerCall), bare.round(bench, keysPerCall));
  return { ...measured, notes: notesOn(own, bare) };
}

const single = loadsOf(server, SINGLE);
const batch = loadsOf(server, BATCHED);

export const rows: readonly Row[] = [
  {
    name: 'Lookup over gRPC',
    unit: 'calls/s',
    goal: { of: 'ratio', atLeast: 0.8 },
    run: (bench) => measure(bench, single, 1),
  },
  {
    name: 'BatchLookup of 100 over gRPC',
    unit: 'keys/s',
    goal: { of: 'value', atLeast: 100_000 },
    run: (bench) => measure(bench, batch, BATCH),
  },
];
