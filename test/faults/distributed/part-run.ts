import { setTimeout as sleep } from 'node:timers/promises';
import { DistributedParts, type OwnServers } from '../../support/distributed-parts.js';
import type { OwnServer } from '../../support/services/own-server.js';
import { Random } from '../../support/random.js';
import { SEED, expectNone } from '../length.js';
import { DistributedRun } from './distributed-run.js';
import { Probe } from './probe.js';

export const BEGIN_MS = 600_000;
/** Nothing that is waited for takes this long when all is well, on a loaded machine either. */
const PATIENCE_MS = 120_000;

/** All apps on one server that is the test's own, to be broken. */
export class PartRun {
  private constructor(
    readonly server: OwnServer,
    private readonly parts: DistributedParts,
    readonly run: DistributedRun,
    readonly probe: Probe,
  ) {}

  static async begin(name: keyof OwnServers, start: () => Promise<OwnServer>): Promise<PartRun> {
    const server = await start();
    const parts = new DistributedParts({ [name]: server });
    try {
      await parts.start();
      const run = await DistributedRun.begin({ env: parts.env, random: new Random(SEED) });
      const probe = new Probe(run.clientParts, run.copiesOf('api')[0]!.httpPort);
      return new PartRun(server, parts, run, probe);
    } catch (error) {
      await parts.stop();
      await server.dispose();
      throw error;
    }
  }

  get env(): Readonly<Record<string, string>> {
    return this.parts.env;
  }

  /**
   * A fault under load, and every rule of the promise after it.
   * @param fault - what it broke is mended when it resolves
   */
  async round(fault: (run: DistributedRun) => Promise<void>): Promise<void> {
    const violations = await this.run.round(() => fault(this.run).finally(() => this.server.restore()));
    expectNone(violations, expect.getState().currentTestName ?? '');
  }

  async end(): Promise<void> {
    this.probe.close();
    await this.run.close();
    await this.parts.stop();
    await this.server.dispose();
    process.stderr.write(`seed ${SEED}: ${JSON.stringify(this.run.tally)}\n`);
  }
}

/** Waits until the assertion holds, and fails as it does when it never comes to that. */
export async function eventually(assertion: () => Promise<void> | void): Promise<void> {
  const limit = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > limit) throw error;
      await sleep(50);
    }
  }
}
