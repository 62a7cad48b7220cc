import { Metadata, credentials, type requestCallback } from '@grpc/grpc-js';
import { createKeywardClient, type Found, type KeywardClient, type Lookup } from '@keyward/client';
import { keywardGrpc, type EffectiveKeysClient, type LookupResponse__Output } from '@keyward/contracts';
import { serveParent } from '../harness/child.js';
import { INTEGRATION, ORGANIZATION } from '../support/bench-keyward.js';
import { nowMs } from '../support/shared-clock.js';

export interface Connection {
  readonly target: string;
  readonly token: string;
  readonly projectIds: readonly string[];
}

/** How many lookups are on their way at any time, where they are not answered at once. */
const AT_ONCE = 64;

/** Looked at after so many, since looking at the clock costs as much as the thing itself. */
const STRIDE = 10_000;

let client: KeywardClient;
let uncached: KeywardClient;
let bareClient: EffectiveKeysClient;
const bareToken = new Metadata();
let addresses: { readonly projectId: string; readonly integrationId: string }[] = [];
let onChange = (): void => undefined;
let newKeyAt: Promise<number> = Promise.resolve(0);
/** The least that can be done instead of a lookup. */
let bare = new Map<string, Promise<Lookup>>();

/** A worker that uses the SDK. */
serveParent({
  async connect({ target, token, projectIds }: Connection) {
    const options = { target, token, tls: 'insecure', organizationId: ORGANIZATION } as const;
    client = createKeywardClient({ ...options, onEvent: ({ kind }) => kind === 'change' && onChange() });
    uncached = createKeywardClient({ ...options, cache: false, watch: false });
    addresses = projectIds.map((projectId) => ({ projectId, integrationId: INTEGRATION }));
    await primeCache();
    const held = addresses.map((address) => [address.projectId, client.lookup(address)] as const);
    bare = new Map(held);
  },
  connectBare({ target, token }: Pick<Connection, 'target' | 'token'>) {
    bareClient = new keywardGrpc.keyward.v1.EffectiveKeys(target, credentials.createInsecure());
    bareToken.set('authorization', `Bearer ${token}`);
  },
  uncachedLookups: (ms: number) =>
    // Each of the loops has an address of its own: two that ask for the same one share an answer.
    rateAtOnce(ms, async (loop) => void found(await uncached.lookup(addresses[loop]!))),
  bareCalls: (ms: number) =>
    rateAtOnce(ms, async (loop) => {
      const address = { organizationId: ORGANIZATION, ...addresses[loop]! };
      const answer = await unary<LookupResponse__Output>((done) =>
        bareClient.lookup({ address }, bareToken, done),
      );
      check(answer.key ?? undefined);
    }),
  /** From now on waits for a lookup that gives another key than this one. */
  async armNewKey(): Promise<void> {
    const before = await keyInUse();
    newKeyAt = new Promise((resolve, reject) => {
      onChange = () =>
        void keyInUse().then((keyId) => {
          if (keyId !== before) resolve(nowMs());
        }, reject);
    });
  },
  newKeyAt: () => newKeyAt,
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

function unary<T>(send: (done: requestCallback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, answer) => (error ? reject(error) : resolve(answer!)));
  });
}

/** So that nothing has to be asked for in the round: the leases are longer than it. */
async function primeCache(): Promise<void> {
  await Promise.all(addresses.map((address) => client.lookup(address)));
}

function check(answer: unknown): void {
  if (answer === undefined) throw new Error('There was nothing in the cache.');
}

/** The organization's: the first project has none of its own. */
async function keyInUse(): Promise<string> {
  return found(await client.lookup(addresses[0]!)).key.keyId;
}

function found(lookup: Lookup): Found {
  if (lookup.outcome === 'found') return lookup;
  throw new Error(`The lookup was answered with ${lookup.outcome}.`);
}

/** How often per second, when {@link AT_ONCE} loops do it over and over. */
async function rateAtOnce(ms: number, once: (loop: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const loop = async (index: number): Promise<void> => {
    for (; performance.now() - start < ms; done += 1) await once(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => loop(index)));
  return (done / (performance.now() - start)) * 1_000;
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
