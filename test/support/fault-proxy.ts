import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { closeServer, listenOnLoopback } from './loopback-server.js';

export type Direction = 'requests' | 'replies';

const BOTH: readonly Direction[] = ['requests', 'replies'];
/** From a request to the cut of its connection: the server has carried it out by then. */
const CUT_AFTER_MS = 200;

/** One client's connection and the one that stands for it at the server. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  losesReplies: boolean;
}

/**
 * Stands before one server and breaks what is between it and its clients, on demand. The address stays, so that
 * clients come back to it. One fault at a time: a new one ends the one before, and so does {@link heal}.
 */
export class FaultProxy {
  private readonly pairs = new Set<Pair>();
  private readonly listener: Server;
  private frozen: readonly Direction[] = [];
  private latencyMs = 0;
  private loses: { readonly text: string; readonly lost: () => void } | undefined;

  private constructor(
    readonly port: number,
    private readonly targetPort: number,
  ) {
    this.listener = createServer({ allowHalfOpen: true }, (client) => this.join(client));
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), targetPort);
    await listenOnLoopback(proxy.listener, proxy.port);
    return proxy;
  }

  /** Everything passes again, also what a freeze has held back. */
  async heal(): Promise<void> {
    this.loses = undefined;
    this.latencyMs = 0;
    this.frozen = [];
    for (const pair of this.pairs) this.hold(pair);
    if (!this.listener.listening) await listenOnLoopback(this.listener, this.port);
  }

  /** Cuts all connections and refuses new ones. */
  async down(): Promise<void> {
    await this.heal();
    const closed = closeServer(this.listener);
    this.reset();
    await closed;
  }

  /** Cuts all connections, once: who comes back is let in. */
  reset(): void {
    for (const pair of this.pairs) cut(pair);
  }

  /** Connections stay and new ones are taken, but in these directions nothing gets through, and is late when healed. */
  async freeze(directions = BOTH): Promise<void> {
    await this.heal();
    this.frozen = directions;
    for (const pair of this.pairs) this.hold(pair);
  }

  /** Everything comes so much later, in either direction. */
  async delay(latencyMs: number): Promise<void> {
    await this.heal();
    this.latencyMs = latencyMs;
  }

  /**
   * The next request with this text in it reaches the server, no reply comes back, and its connection is cut. Resolves
   * then; all others pass.
   */
  async loseReplyTo(text: string): Promise<void> {
    await this.heal();
    await new Promise<void>((lost) => (this.loses = { text, lost }));
  }

  /** Cuts everything and frees the port. */
  close(): Promise<void> {
    return this.down();
  }

  private join(client: Socket): void {
    const server = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { client, server, losesReplies: false };
    this.pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay();
      socket.on('error', () => cut(pair));
      socket.on('close', () => this.pairs.delete(pair));
    }
    this.pass(pair, client, server);
    this.pass(pair, server, client);
    this.hold(pair);
  }

  /** In order, whatever the latency was when each part came. */
  private pass(pair: Pair, from: Socket, to: Socket): void {
    let last = Promise.resolve();
    const later = (act: () => void): void => {
      const due = performance.now() + this.latencyMs;
      last = last.then(async () => {
        const left = due - performance.now();
        if (left > 0) await sleep(left);
        act();
      });
    };
    from.on('data', (chunk: Buffer) => {
      if (from === pair.client) this.watchFor(pair, chunk);
      else if (pair.losesReplies) return;
      later(() => to.write(chunk));
    });
    from.on('end', () => later(() => to.end()));
  }

  private watchFor(pair: Pair, request: Buffer): void {
    const { loses } = this;
    if (!loses || !request.includes(loses.text)) return;
    this.loses = undefined;
    pair.losesReplies = true;
    void sleep(CUT_AFTER_MS).then(() => {
      cut(pair);
      loses.lost();
    });
  }

  /** What is not read stays in the system's buffers, and fills them, as before a process that hangs. */
  private hold({ client, server }: Pair): void {
    for (const [socket, direction] of [
      [client, 'requests'],
      [server, 'replies'],
    ] as const) {
      if (this.frozen.includes(direction)) socket.pause();
      else socket.resume();
    }
  }
}

function cut({ client, server }: Pair): void {
  client.resetAndDestroy();
  server.resetAndDestroy();
}
