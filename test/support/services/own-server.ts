import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka } from '../../../scripts/services/kafka.mjs';
import { startRedis } from '../../../scripts/services/redis.mjs';
import { startStandInProcess } from '../eventstoredb/index.js';
import { FaultProxy } from '../fault-proxy.js';
import { freePort } from '../free-port.js';

interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
}

interface Place {
  /** Folder of what it keeps; a server goes on with what the one before it left there. */
  readonly data: string;
  readonly port: number;
  /** The proxy's, which is where its clients are to connect. */
  readonly publicPort: number;
}

/** A server of one test's own behind a proxy of its own, to be killed, frozen and started again at the same address. */
export class OwnServer {
  private process: ServerProcess | undefined;

  private constructor(
    readonly proxy: FaultProxy,
    private readonly place: Place,
    private readonly launch: (place: Place) => Promise<ServerProcess>,
  ) {}

  /** After a kill it has what it had acknowledged. */
  static redis(): Promise<OwnServer> {
    return OwnServer.of(({ data: dir, port }) => startRedis({ dir, port, appendonly: 'yes' }));
  }

  static kafka(): Promise<OwnServer> {
    return OwnServer.of(({ data, port, publicPort }) =>
      startKafka({
        port,
        data: join(data, 'kafka'),
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${publicPort}`,
      }),
    );
  }

  static eventStoreDb(): Promise<OwnServer> {
    return OwnServer.of(({ data, port }) => startStandInProcess(join(data, 'events.db'), port));
  }

  private static async of(launch: (place: Place) => Promise<ServerProcess>): Promise<OwnServer> {
    const port = await freePort();
    const proxy = await FaultProxy.start(port);
    const data = mkdtempSync(join(tmpdir(), 'keyward-own-server-'));
    const server = new OwnServer(proxy, { data, port, publicPort: proxy.port }, launch);
    await server.start();
    return server;
  }

  /** `host:port` of the proxy. */
  get address(): string {
    return `127.0.0.1:${this.proxy.port}`;
  }

  /** Past the proxy, for what the test itself has to do there. */
  get directAddress(): string {
    return `127.0.0.1:${this.place.port}`;
  }

  async start(): Promise<void> {
    this.process = await this.launch(this.place);
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    const { process: server } = this;
    this.process = undefined;
    if (!server) return;
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
  }

  /** While it does not run: the next start finds nothing. */
  loseData(): void {
    rmSync(this.place.data, { recursive: true });
    mkdirSync(this.place.data);
  }

  /** SIGSTOP: the system still takes connections for it, and nobody answers. */
  async freeze(): Promise<void> {
    const { pid } = this.process!;
    process.kill(pid, 'SIGSTOP');
    // The signal works a moment later; until then the server still answers.
    while (!stateOf(pid).startsWith('T')) await sleep(5);
  }

  thaw(): void {
    process.kill(this.process!.pid, 'SIGCONT');
  }

  /** Ends every fault: it runs, and everything gets through. */
  async restore(): Promise<void> {
    await this.proxy.heal();
    if (this.process) this.thaw();
    else await this.start();
  }

  async dispose(): Promise<void> {
    await this.kill();
    await this.proxy.close();
    rmSync(this.place.data, { recursive: true, force: true });
  }
}

function stateOf(pid: number): string {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
}
