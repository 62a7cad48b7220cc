import { startChild, type Child } from '../harness/child.js';
import type { Bench, Fixture } from '../harness/row.js';
import type { Watchers } from '../processes/watchers.process.js';
import { INTEGRATION, ORGANIZATION } from './bench-keyward.js';
import { METHODS } from './grpc-calls.js';

export const WATCHERS = 1_000;
const PROCESSES = 4;

/** Where to watch. */
export interface WatchServer {
  readonly grpcTarget: string;
  readonly workerToken: string;
}

/** A thousand watchers of Keyward and, at rest meanwhile, a thousand of a bare server. */
export class Audience {
  private constructor(
    private readonly processes: readonly Child[],
    private readonly bare: Child,
  ) {}

  static of(server: Fixture<WatchServer>): Fixture<Audience> {
    return {
      async open(bench) {
        const value = await Audience.open(bench, await bench.shared(server));
        return { value, close: () => value.close() };
      },
    };
  }

  private static async open(bench: Bench, { grpcTarget, workerToken }: WatchServer): Promise<Audience> {
    bench.progress(`opening ${WATCHERS} watches of Keyward and of a bare server`);
    const processes = await Promise.all(
      Array.from({ length: PROCESSES }, () => startChild('processes/watchers.process.ts')),
    );
    const bare = await startChild('processes/bare-server.process.ts');
    const { path, requestSerialize, responseSerialize } = METHODS.Watch;
    const request = requestSerialize({ organizationId: ORGANIZATION });
    const first = responseSerialize({ changesThrough: 'start', heartbeat: {} });
    const bareTarget = await bare.ask<string>('stream', { path, first });
    for (const [name, target] of Object.entries({ keyward: grpcTarget, bare: bareTarget })) {
      const watchers: Watchers = { target, path, token: workerToken, request, count: WATCHERS / PROCESSES };
      await Promise.all(processes.map((child) => child.ask('open', { name, watchers })));
    }
    return new Audience(processes, bare);
  }

  /** From now on the next change of Keyward counts. */
  arm(): Promise<void> {
    return this.armFor('keyward');
  }

  /** When each watcher had it. */
  receipts(): Promise<number[]> {
    return this.receiptsOf('keyward');
  }

  /** Milliseconds until each of its watchers has what a bare server writes, from when it begins to write. */
  async bareDelays(): Promise<number[]> {
    await this.armFor('bare');
    const begunAt = await this.bare.ask<number>('broadcast', messageLikeKeywards());
    return (await this.receiptsOf('bare')).map((at) => at - begunAt);
  }

  private async close(): Promise<void> {
    await Promise.all([...this.processes, this.bare].map((child) => child.stop()));
  }

  private async armFor(name: string): Promise<void> {
    await Promise.all(this.processes.map((child) => child.ask('arm', name)));
  }

  private async receiptsOf(name: string): Promise<number[]> {
    return (await Promise.all(this.processes.map((child) => child.ask<number[]>('receipts', name)))).flat();
  }
}

/** Positions and ids are about as long as this. */
function messageLikeKeywards(): Buffer {
  const position = 'x'.repeat(40);
  const keyId = 'x'.repeat(36);
  const slot = { organizationId: ORGANIZATION, integrationId: INTEGRATION };
  const change = { ...slot, kind: 'KIND_SET', version: 2, keyId, position };
  return METHODS.Watch.responseSerialize({ changesThrough: position, change });
}
