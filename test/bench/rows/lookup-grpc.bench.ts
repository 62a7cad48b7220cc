import { startChild, type Child } from '../harness/child.js';
import { interleave } from '../harness/interleave.js';
import type { Bench, Fixture, Measurement, Row } from '../harness/row.js';
import { figure } from '../harness/table.js';
import type { LoadRound } from '../processes/grpc-load.process.js';
import { keyward } from '../support/bench-keyward.js';
import { METHODS, addressOf } from '../support/grpc-calls.js';
import { processorSeconds } from '../support/processor-time.js';

const CONCURRENCY = 64;
const BATCH = 100;

interface LoadPlan {
  readonly method: 'Lookup' | 'BatchLookup';
  readonly requests: (projectIds: readonly string[]) => object[];
}

/** Open loads on Keyward and on a bare server: the same calls, answers of the same size. */
interface Loads {
  readonly load: Child;
  readonly pids: { readonly keyward: number; readonly bare: number };
}

function loadsOf({ method, requests }: LoadPlan): Fixture<Loads> {
  return {
    async open(bench) {
      const { grpcTarget, pid, workerToken, projectIds } = await bench.shared(keyward);
      const { path, requestSerialize } = METHODS[method];
      const load = await startChild('processes/grpc-load.process.ts');
      const bare = await startChild('processes/bare-server.process.ts');
      const messages = requests(projectIds).map((request) => requestSerialize(request));
      const plan = { path, token: workerToken, messages, concurrency: CONCURRENCY };
      const reply = await load.ask('open', { name: 'keyward', load: { ...plan, target: grpcTarget } });
      const target = await bare.ask('answer', { path, reply });
      await load.ask('open', { name: 'bare', load: { ...plan, target } });
      return {
        value: { load, pids: { keyward: pid, bare: bare.pid } },
        close: async () => void (await Promise.all([load.stop(), bare.stop()])),
      };
    },
  };
}

/** What a server did in the rounds so far, and what that took. */
interface Work {
  calls: number;
  seconds: number;
  serverSeconds: number;
  loadSeconds: number;
}

async function measure(bench: Bench, loads: Fixture<Loads>, keysPerCall: number): Promise<Measurement> {
  const { load, pids } = await bench.shared(loads);
  const work = { keyward: noWork(), bare: noWork() };
  const round = (name: 'keyward' | 'bare') => async () => {
    const before = processorSeconds(pids[name]) ?? NaN;
    const ran = await load.ask<LoadRound>('run', { name, ms: bench.roundMs });
    work[name].calls += ran.calls;
    work[name].seconds += ran.seconds;
    work[name].loadSeconds += ran.ownSeconds;
    work[name].serverSeconds += (processorSeconds(pids[name]) ?? NaN) - before;
    return (ran.calls / ran.seconds) * keysPerCall;
  };
  const measured = await interleave(bench, round('keyward'), round('bare'));
  return { ...measured, notes: notesOn(work.keyward, work.bare) };
}

function noWork(): Work {
  return { calls: 0, seconds: 0, serverSeconds: 0, loadSeconds: 0 };
}

function notesOn(keyward: Work, bare: Work): string[] {
  const share = (part: number, whole: number): string => `${figure((part / whole) * 100)} %`;
  const used = ({ loadSeconds, serverSeconds, seconds }: Work): string =>
    `the load used ${share(loadSeconds, seconds)} of a processor, the server ${share(serverSeconds, seconds)}`;
  const perSecond = ({ calls, serverSeconds }: Work): number => calls / serverSeconds;
  const ratio = perSecond(keyward) / perSecond(bare);
  return [
    `server-bound: for Keyward ${used(keyward)}; for the limit ${used(bare)}`,
    `calls per second of the server's processor time: ${figure(perSecond(keyward))}, limit ${figure(perSecond(bare))}, ratio ${figure(ratio)}`,
  ];
}

const single = loadsOf({
  method: 'Lookup',
  requests: (ids) => ids.map((id) => ({ address: addressOf(id) })),
});
const batch = loadsOf({
  method: 'BatchLookup',
  requests: (ids) => [{ addresses: ids.slice(0, BATCH).map(addressOf) }],
});

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
