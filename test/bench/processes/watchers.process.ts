import { keywardPackageDefinition, type WatchResponse__Output } from '@keyward/contracts';
import { serveParent } from '../harness/child.js';
import type { CallTarget } from '../support/grpc-calls.js';
import { RawGrpcConnection, framed } from '../support/raw-grpc.js';
import { nowMs } from '../support/shared-clock.js';

export interface Watchers extends CallTarget {
  /** How many, each with a connection of its own as workers on their own machines have it. */
  readonly count: number;
  readonly request: Uint8Array;
}

type Method = { responseDeserialize(bytes: Buffer): WatchResponse__Output };
const { Watch } = keywardPackageDefinition['keyward.v1.KeyChanges'] as unknown as { Watch: Method };
const FRAME_HEAD_BYTES = 5;
const OPENED_AT_ONCE = 50;

/** One change's way to the watchers of one server. */
class Receipts {
  readonly times: number[] = [];
  #complete!: () => void;
  readonly complete = new Promise<void>((resolve) => (this.#complete = resolve));

  constructor(private readonly wanted: number) {}

  add(at: number): void {
    if (this.times.push(at) === this.wanted) this.#complete();
  }
}

const receipts = new Map<string, Receipts>();
const counts = new Map<string, number>();

/** Many workers that watch, as raw connections: a thousand clients of grpc-js would be what is measured. */
serveParent({
  async open({ name, watchers }: { name: string; watchers: Watchers }): Promise<void> {
    counts.set(name, watchers.count);
    for (let opened = 0; opened < watchers.count; opened += OPENED_AT_ONCE) {
      const count = Math.min(OPENED_AT_ONCE, watchers.count - opened);
      await Promise.all(Array.from({ length: count }, () => watch(name, watchers)));
    }
  },
  /** From now on the next change counts. */
  arm: (name: string): void => void receipts.set(name, new Receipts(counts.get(name)!)),
  /** When each of them had it. */
  async receipts(name: string): Promise<readonly number[]> {
    const { complete, times } = receipts.get(name)!;
    await complete;
    return times;
  },
});

/** Resolves at the first message, which says that the watch is alive. */
async function watch(name: string, watchers: Watchers): Promise<void> {
  const { target, path, token, request } = watchers;
  await new Promise<void>((resolve, reject) => {
    const alive = resolve;
    RawGrpcConnection.open(
      target,
      { path, token },
      {
        data: (_, payload) => {
          const at = nowMs();
          const { event } = Watch.responseDeserialize(payload.subarray(FRAME_HEAD_BYTES));
          if (event === 'change') receipts.get(name)?.add(at);
          alive();
        },
        end: () => reject(new Error('A watch was ended by the server.')),
      },
    ).then((connection) => connection.send([framed(Buffer.from(request))]), reject);
  });
}
