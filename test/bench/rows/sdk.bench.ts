import { startChild, type Child } from '../harness/child.js';
import { interleave } from '../harness/interleave.js';
import type { Fixture, Row } from '../harness/row.js';
import { figure } from '../harness/table.js';
import { keyward } from '../support/bench-keyward.js';
import { worker } from '../support/bench-worker.js';
import { processorSeconds } from '../support/processor-time.js';
import { METHODS, addressOf, callOnce } from '../support/grpc-calls.js';

/** The same worker, connected to a bare server too, which answers with what Keyward did. */
const workerAtBareServer: Fixture<Child> = {
  async open(bench) {
    const { grpcTarget, workerToken, projectIds } = await bench.shared(keyward);
    const child = await bench.shared(worker);
    const bare = await startChild('processes/bare-server.process.ts');
    const { path, requestSerialize } = METHODS.Lookup;
    const message = requestSerialize({ address: addressOf(projectIds[0]!) });
    const reply = await callOnce({ target: grpcTarget, token: workerToken, path }, message);
    const target = await bare.ask('answer', { path, reply });
    await child.ask('connectBare', { target, token: workerToken });
    return { value: child, close: () => bare.stop() };
  },
};

const CACHED_PER_SECOND = 2_000_000;

export const rows: readonly Row[] = [
  {
    name: 'SDK lookup() without the cache, 64 at once',
    unit: 'lookups/s',
    goal: { of: 'value', atLeast: 50_000 },
    async run(bench) {
      const child = await bench.shared(workerAtBareServer);
      const { pid } = await bench.shared(keyward);
      const spent = { lookups: 0, client: 0, server: 0 };
      const uncached = async (): Promise<number> => {
        const before = { client: processorSeconds(child.pid), server: processorSeconds(pid) };
        const perSecond = await child.ask<number>('uncachedLookups', bench.roundMs);
        spent.lookups += (perSecond * bench.roundMs) / 1_000;
        spent.client += (processorSeconds(child.pid) ?? NaN) - (before.client ?? NaN);
        spent.server += (processorSeconds(pid) ?? NaN) - (before.server ?? NaN);
        return perSecond;
      };
      const measured = await interleave(bench, uncached, () => child.ask('bareCalls', bench.roundMs));
      const each = (seconds: number): string => `${figure((seconds / spent.lookups) * 1e6)} us`;
      return {
        ...measured,
        notes: [
          'client-bound; the limit is unary calls of a bare grpc-js client to a bare server',
          `a lookup takes ${each(spent.client)} of the client's processor time and ${each(spent.server)} of Keyward's, one after the other`,
        ],
      };
    },
  },
  {
    name: 'SDK lookup() from the leased cache',
    unit: 'lookups/s',
    goal: { of: 'value', atLeast: CACHED_PER_SECOND },
    async run(bench) {
      const child = await bench.shared(worker);
      return interleave(
        bench,
        () => child.ask('cachedLookups', bench.roundMs),
        () => child.ask('mapLookups', bench.roundMs),
      );
    },
  },
  {
    name: 'SDK cached() from the leased cache',
    unit: 'lookups/s',
    goal: { of: 'value', atLeast: CACHED_PER_SECOND },
    async run(bench) {
      const child = await bench.shared(worker);
      return interleave(
        bench,
        () => child.ask('cachedReads', bench.roundMs),
        () => child.ask('mapReads', bench.roundMs),
      );
    },
  },
];
