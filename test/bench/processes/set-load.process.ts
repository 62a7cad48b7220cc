import { serveParent } from '../harness/child.js';
import { RawHttpConnection } from '../support/raw-http.js';
import { keyOf } from '../support/bench-keyward.js';

export interface SetLoad {
  readonly httpUrl: string;
  readonly token: string;
  /** Path of the key of each writer's own slot. */
  readonly slots: readonly string[];
}

export interface SetOrder {
  /** How many of the writers. */
  readonly count: number;
  /** Until when, and how many sets at most (with that of each writer rounded up). */
  readonly ms: number;
  readonly most?: number;
}

export interface SetRound {
  readonly sets: number;
  readonly seconds: number;
  /** Processor time that this process used. */
  readonly ownSeconds: number;
}

let writers: readonly Writer[] = [];
/** So that every value is new, also to a slot that an earlier round wrote. */
let secrets = 0;

serveParent({
  async open({ httpUrl, token, slots }: SetLoad): Promise<void> {
    writers = await Promise.all(
      slots.map(async (path) => ({ path, token, connection: await RawHttpConnection.open(httpUrl) })),
    );
  },
  /** Each of the first `count` writers sets its key again as soon as the set before is acknowledged. */
  async run({ count, ms, most = Infinity }: SetOrder): Promise<SetRound> {
    const startAt = performance.now();
    const cpuBefore = process.cpuUsage();
    const done = await Promise.all(
      writers.slice(0, count).map((writer) => write(writer, startAt + ms, Math.ceil(most / count))),
    );
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      sets: done.reduce((sum, sets) => sum + sets, 0),
      seconds: (performance.now() - startAt) / 1_000,
      ownSeconds: (user + system) / 1_000_000,
    };
  },
});

interface Writer {
  readonly path: string;
  readonly token: string;
  readonly connection: RawHttpConnection;
}

async function write({ path, token, connection }: Writer, endAt: number, most: number): Promise<number> {
  let sets = 0;
  while (sets < most && performance.now() < endAt) {
    const secret = keyOf(`set-${++secrets}`);
    await connection.call({ method: 'PUT', path, token, body: { secret } });
    sets += 1;
  }
  return sets;
}
