import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import type { Random } from '../support/random.js';
import { killInStart, startKeyward, type RunningKeyward } from '../support/standalone.js';
import type { Violation } from './checker/log-view.js';
import { CLIENT_SETTINGS, Clients, headOf } from './load/clients.js';
import { History } from './load/history.js';
import { HttpClient } from './load/http-client.js';
import { readLog, readLogOfDead } from './load/read-log.js';
import { makeTokens, register } from './load/world.js';

interface RunParts {
  readonly dataDir: string;
  readonly random: Random;
  readonly env: Readonly<Record<string, string>>;
  readonly clients: Clients;
}

/** One server that is killed again and again over one data folder, its clients, and what they saw. */
export class CrashRun {
  private running: RunningKeyward | undefined;

  private constructor(private readonly parts: RunParts) {}

  get tally() {
    return this.parts.clients.tally;
  }

  /** Sets everything up in a first life of the server, which is killed too. */
  static async begin(dataDir: string, random: Random): Promise<CrashRun> {
    const [httpPort, grpcPort] = [await freePort(), await freePort()];
    const env = {
      ...CLIENT_SETTINGS,
      KEYWARD_HTTP_PORT: String(httpPort),
      KEYWARD_GRPC_PORT: String(grpcPort),
    };
    const { grpcTarget, kill9 } = await startKeyward(dataDir, env);
    const tokens = makeTokens(dataDir);
    const http = new HttpClient(httpPort);
    await register(http, tokens);
    await kill9();
    const history = new History((await readLogOfDead(dataDir)).storeId);
    const targets = { lookupTarget: grpcTarget, watchTarget: grpcTarget };
    return new CrashRun({
      dataDir,
      random,
      env,
      clients: new Clients({ ...targets, http, random, tokens, history }),
    });
  }

  /** One life under load, its end, and what was wrong about it. */
  async round(round: number): Promise<Violation[]> {
    const { dataDir, random, env, clients } = this.parts;
    if (random.chance(0.2)) {
      await killInStart(dataDir, random.between(100, 2_000), env);
      this.tally.killsInStart++;
    }
    const load = new AbortController();
    // Before the server is there: whoever asks too early must get no answer rather than a wrong one.
    const readers = clients.read(load.signal);
    const keyward = await this.start();
    await clients.repeatUnknown();
    const snapshot = await clients.snapshot(readers.workers);
    const writing = clients.write(round, load.signal);
    await clients.untilAnswered(random.between(1, 150));
    await sleep(random.between(0, 10));
    this.tally.inFlightAtFaults += clients.inFlight;
    await keyward.kill9();
    load.abort();
    await Promise.all([readers.reading, writing]);
    return clients.check(await readLogOfDead(dataDir), snapshot, readers);
  }

  /** A last life in which all watches catch up, an orderly end, and a look at everything. */
  async finish(): Promise<Violation[]> {
    const { clients, dataDir } = this.parts;
    const load = new AbortController();
    const readers = clients.read(load.signal);
    const keyward = await this.start();
    await clients.repeatUnknown();
    const snapshot = await clients.snapshot(readers.workers);
    const late = await clients.untilWatched(headOf(snapshot));
    load.abort();
    await readers.reading;
    await this.endOf(keyward);
    const end = await readLog(dataDir);
    return [...clients.check(end, snapshot, readers), ...late, ...clients.checkWatches(end.log)];
  }

  /** Lets go of the clients, and of the server that a failure left running. */
  async close(): Promise<void> {
    await this.running?.kill9();
    await this.parts.clients.close();
  }

  private async start(): Promise<RunningKeyward> {
    return (this.running = await startKeyward(this.parts.dataDir, this.parts.env));
  }

  private async endOf(keyward: RunningKeyward): Promise<void> {
    const code = await keyward.stop();
    if (code !== 0) throw new Error(`Keyward ended with ${code}:\n${keyward.output()}`);
  }
}
