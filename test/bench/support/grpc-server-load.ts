import { startChild, type Child } from '../harness/child.js';
import type { Round } from '../harness/interleave.js';
import type { Bench, Fixture } from '../harness/row.js';
import { figure } from '../harness/table.js';
import type { LoadRound } from '../processes/grpc-load.process.js';
import { METHODS } from './grpc-calls.js';
import { processorSeconds } from './processor-time.js';

export const CONCURRENCY = 64;

/** A server of EffectiveKeys, and whose effective keys it is asked for. */
export interface LookupServer {
  readonly grpcTarget: string;
  readonly pid: number;
  readonly workerToken: string;
  readonly addresses: readonly object[];
}

export interface LoadPlan {
  readonly method: 'Lookup' | 'BatchLookup';
  readonly requests: (addresses: readonly object[]) => object[];
}

/** Open loads on Keyward and on a bare server: the same calls, answers of the same size. */
export interface Loads {
  readonly load: Child;
  readonly pids: { readonly keyward: number; readonly bare: number };
}

export const SINGLE: LoadPlan = {
  method: 'Lookup',
  requests: (addresses) => addresses.map((address) => ({ address })),
};
export const BATCH = 100;
export const BATCHED: LoadPlan = {
  method: 'BatchLookup',
  requests: (addresses) => [{ addresses: addresses.slice(0, BATCH) }],
};

/** The limit is another Keyward, asked the same. */
export function loadsOfBoth(
  server: Fixture<LookupServer>,
  limit: Fixture<LookupServer>,
  { method, requests }: LoadPlan,
): Fixture<Loads> {
  return {
    async open(bench) {
      const servers = { keyward: await bench.shared(server), bare: await bench.shared(limit) };
      const load = await startChild('processes/grpc-load.process.ts');
      const { path, requestSerialize } = METHODS[method];
      for (const name of ['keyward', 'bare'] as const) {
        const { grpcTarget: target, workerToken, addresses } = servers[name];
        const messages = requests(addresses).map((request) => requestSerialize(request));
        const plan = { path, token: workerToken, messages, concurrency: CONCURRENCY };
        await load.ask('open', { name, load: { ...plan, target } });
      }
      const pids = { keyward: servers.keyward.pid, bare: servers.bare.pid };
      return { value: { load, pids }, close: () => load.stop() };
    },
  };
}

export function loadsOf(server: Fixture<LookupServer>, { method, requests }: LoadPlan): Fixture<Loads> {
  return {
    async open(bench) {
      const { grpcTarget, pid, workerToken, addresses } = await bench.shared(server);
      const { path, requestSerialize } = METHODS[method];
      const load = await startChild('processes/grpc-load.process.ts');
      const bare = await startChild('processes/bare-server.process.ts');
      const messages = requests(addresses).map((request) => requestSerialize(request));
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
export class Work {
  private calls = 0;
  private seconds = 0;
  private serverSeconds = 0;
  private loadSeconds = 0;

  constructor(
    private readonly loads: Loads,
    private readonly name: keyof Loads['pids'],
  ) {}

  /** Calls, times so many keys each, per second. */
  round({ roundMs }: Pick<Bench, 'roundMs'>, keysPerCall: number): Round {
    const pid = this.loads.pids[this.name];
    return async () => {
      const before = processorSeconds(pid) ?? NaN;
      const ran = await this.loads.load.ask<LoadRound>('run', { name: this.name, ms: roundMs });
      this.calls += ran.calls;
      this.seconds += ran.seconds;
      this.loadSeconds += ran.ownSeconds;
      this.serverSeconds += (processorSeconds(pid) ?? NaN) - before;
      return (ran.calls / ran.seconds) * keysPerCall;
    };
  }

  get callsPerServerSecond(): number {
    return this.calls / this.serverSeconds;
  }

  /** Shares of a processor. */
  get used(): string {
    const share = (part: number): string => `${figure((part / this.seconds) * 100)} %`;
    return `the load used ${share(this.loadSeconds)} of a processor, the server ${share(this.serverSeconds)}`;
  }
}

export function notesOn(keyward: Work, bare: Work): string[] {
  const [own, limit] = [keyward.callsPerServerSecond, bare.callsPerServerSecond];
  return [
    `server-bound: for Keyward ${keyward.used}; for the limit ${bare.used}`,
    `calls per second of the server's processor time: ${figure(own)}, limit ${figure(limit)}, ratio ${figure(own / limit)}`,
  ];
}
