import { serveParent } from '../harness/child.js';
import { callEach, type CallTarget } from '../support/grpc-calls.js';
import { RawGrpcConnection, framed } from '../support/raw-grpc.js';

export interface Load extends CallTarget {
  /** Requests to send, in turns. */
  readonly messages: readonly Uint8Array[];
  /** How many are on their way at any time. */
  readonly concurrency: number;
}

export interface LoadRound {
  readonly calls: number;
  readonly seconds: number;
  /** Processor time that this process used: less than the seconds, it waited for the server. */
  readonly ownSeconds: number;
}

/** Open loads, by name. */
const loads = new Map<string, UnaryLoad>();

serveParent({
  async open({ name, load }: { name: string; load: Load }): Promise<Uint8Array> {
    // By grpc-js, which checks the status: every later answer has to be the size of these.
    const replies = await callEach(load, load.messages);
    loads.set(name, await UnaryLoad.open(load, replies));
    return replies[0]!;
  },
  run: ({ name, ms }: { name: string; ms: number }): Promise<LoadRound> => loads.get(name)!.run(ms),
});

/** Unary calls over one connection, as many at once as told. */
class UnaryLoad {
  #connection!: RawGrpcConnection;
  #messages: Buffer[];
  #replyBytes: number[];
  #next = 0;
  #wanted: Buffer[] = [];
  #expectedBytes = 0;
  #receivedBytes = 0;
  #sent = 0;
  #done = 0;
  #endAt = 0;
  #finish: (() => void) | undefined;

  private constructor(
    private readonly load: Load,
    replies: readonly Buffer[],
  ) {
    this.#messages = load.messages.map((message) => framed(Buffer.from(message)));
    this.#replyBytes = replies.map((reply) => framed(reply).length);
  }

  static async open(load: Load, replies: readonly Buffer[]): Promise<UnaryLoad> {
    const made = new UnaryLoad(load, replies);
    made.#connection = await RawGrpcConnection.open(load.target, load, {
      data: (_, { length }) => void (made.#receivedBytes += length),
      end: () => made.#ended(),
    });
    return made;
  }

  async run(ms: number): Promise<LoadRound> {
    const startAt = performance.now();
    const cpuBefore = process.cpuUsage();
    this.#sent = this.#done = this.#receivedBytes = this.#expectedBytes = 0;
    this.#endAt = startAt + ms;
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    for (let i = 0; i < this.load.concurrency; i += 1) this.#want();
    this.#flush();
    await finished;
    // A refusal has no message, and a wrong answer is of another size.
    if (this.#receivedBytes !== this.#expectedBytes) {
      throw new Error(
        `${this.#receivedBytes} bytes came instead of ${this.#expectedBytes}: calls were refused.`,
      );
    }
    const elapsedMs = performance.now() - startAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { calls: this.#done, seconds: elapsedMs / 1_000, ownSeconds: (user + system) / 1_000_000 };
  }

  #want(): void {
    const index = this.#next;
    this.#next = (index + 1) % this.#messages.length;
    this.#expectedBytes += this.#replyBytes[index]!;
    this.#sent += 1;
    if (this.#wanted.push(this.#messages[index]!) === 1) setImmediate(() => this.#flush());
  }

  /** Everything that came up in one turn of the event loop goes out in one write. */
  #flush(): void {
    if (this.#wanted.length > 0) this.#connection.send(this.#wanted);
    this.#wanted = [];
  }

  #ended(): void {
    this.#done += 1;
    if (performance.now() < this.#endAt) this.#want();
    else if (this.#done === this.#sent) this.#finish?.();
  }
}
