import { createKeywardClient, type KeywardClient, type Lookup } from '@keyward/client';
import { serveParent } from '../harness/child.js';
import { INTEGRATION, ORGANIZATION } from '../support/bench-keyward.js';

export interface Connection {
  readonly target: string;
  readonly token: string;
  readonly projectIds: readonly string[];
}

/** Looked at after so many, since looking at the clock costs as much as the thing itself. */
const STRIDE = 10_000;

let client: KeywardClient;
let addresses: { readonly projectId: string; readonly integrationId: string }[] = [];
/** The least that can be done instead of a lookup. */
let bare = new Map<string, Promise<Lookup>>();

/** A worker that uses the SDK. */
serveParent({
  async connect({ target, token, projectIds }: Connection) {
    client = createKeywardClient({ target, token, tls: 'insecure', organizationId: ORGANIZATION });
    addresses = projectIds.map((projectId) => ({ projectId, integrationId: INTEGRATION }));
    await primeCache();
    const held = addresses.map((address) => [address.projectId, client.lookup(address)] as const);
    bare = new Map(held);
  },
  async cachedLookups(ms: number) {
    await primeCache();
    return rate(ms, async () => {
      for (let i = 0; i < STRIDE; i += 1) check(await client.lookup(addresses[i % addresses.length]!));
    });
  },
  async cachedReads(ms: number) {
    await primeCache();
    return rate(ms, async () => {
      for (let i = 0; i < STRIDE; i += 1) check(client.cached(addresses[i % addresses.length]!));
    });
  },
  mapLookups: (ms: number) =>
    rate(ms, async () => {
      for (let i = 0; i < STRIDE; i += 1) check(await bare.get(addresses[i % addresses.length]!.projectId));
    }),
  mapReads: (ms: number) =>
    rate(ms, async () => {
      for (let i = 0; i < STRIDE; i += 1) check(bare.get(addresses[i % addresses.length]!.projectId));
    }),
});

/** So that nothing has to be asked for in the round: the leases are longer than it. */
async function primeCache(): Promise<void> {
  await Promise.all(addresses.map((address) => client.lookup(address)));
}

function check(answer: unknown): void {
  if (answer === undefined) throw new Error('There was nothing in the cache.');
}

/** How often per second, when `stride` does it {@link STRIDE} times. */
async function rate(ms: number, stride: () => Promise<void>): Promise<number> {
  const start = performance.now();
  let done = 0;
  let elapsedMs = 0;
  for (; elapsedMs < ms; elapsedMs = performance.now() - start) {
    await stride();
    done += STRIDE;
  }
  return (done / elapsedMs) * 1_000;
}
