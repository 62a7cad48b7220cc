import { startChild, type Child } from '../harness/child.js';
import { interleave } from '../harness/interleave.js';
import type { Fixture, Row } from '../harness/row.js';
import type { Connection } from '../processes/sdk.process.js';
import { keyward } from '../support/bench-keyward.js';

/** A worker's process, connected to a filled Keyward. */
const worker: Fixture<Child> = {
  async open(bench) {
    const { grpcTarget, workerToken, projectIds } = await bench.shared(keyward);
    const value = await startChild('processes/sdk.process.ts');
    const connection: Connection = { target: grpcTarget, token: workerToken, projectIds };
    await value.ask('connect', connection);
    return { value, close: () => value.stop() };
  },
};

const CACHED_PER_SECOND = 2_000_000;

export const rows: readonly Row[] = [
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
