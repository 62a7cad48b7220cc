import { startChild, type Child } from '../harness/child.js';
import type { Fixture } from '../harness/row.js';
import type { Connection } from '../processes/sdk.process.js';
import { keyward } from './bench-keyward.js';

/** A worker's process with the SDK, connected to a filled Keyward. */
export const worker: Fixture<Child> = {
  async open(bench) {
    const { grpcTarget, workerToken, projectIds } = await bench.shared(keyward);
    const value = await startChild('processes/sdk.process.ts');
    const connection: Connection = { target: grpcTarget, token: workerToken, projectIds };
    await value.ask('connect', connection);
    return { value, close: () => value.stop() };
  },
};
