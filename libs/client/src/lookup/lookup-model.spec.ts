import fc from 'fast-check';
import type { LookupResponse__Output } from '@keyward/contracts';
import { LeasedCache } from '../cache/leased-cache.js';
import { KeywardUnavailableError } from '../client.errors.js';
import { ManualClock } from '../testing/manual-clock.js';
import { LookupEngine } from './lookup-engine.js';
import type { Address, Consistency, Lookup } from './lookup.js';
import type { Answers, Question } from './lookup-transport.port.js';

/*
 * A log, a server whose read model is behind it, a watch that delivers changes late, again, or not at
 * all, and a client between them, all moved by random steps. Positions are scrambled, as the client
 * must not compare them.
 */
const LEASE_MS = 1_000;
const ADDRESSES: readonly Address[] = ['web', 'app'].flatMap((projectId) =>
  ['openai', 'slack'].map((integrationId) => ({ projectId, integrationId })),
);
const SLOTS = [
  ...ADDRESSES,
  { projectId: undefined, integrationId: 'openai' },
  { projectId: undefined, integrationId: 'slack' },
];
type Slot = (typeof SLOTS)[number];

const tokenOf = (at: number): string => `${(at * 7_919) % 104_729}`;

class World {
  readonly clock = new ManualClock();
  readonly cache = new LeasedCache({ maxEntries: 3, now: () => this.clock.monotonicMs() });
  readonly log: Slot[] = [];
  readonly broken: string[] = [];
  /** Positions are counts of events: 0 is the start of the log. */
  readModelAt = 0;
  deliveredTo = 0;
  #callbacks: (() => void)[] = [];
  #questions: {
    question: Question;
    headThen: number;
    resolve: (a: Answers) => void;
    reject: (e: unknown) => void;
  }[] = [];
  readonly #engine = new LookupEngine({
    cache: this.cache,
    transport: {
      ask: (question) =>
        new Promise<Answers>((resolve, reject) => {
          this.#questions.push({ question, headThen: this.log.length, resolve, reject });
        }),
    },
    clock: this.clock,
    deadlineMs: 1e9,
    maxLeaseMs: Infinity,
    notConfiguredMs: LEASE_MS / 2,
    wallMs: () => this.clock.monotonicMs(),
    soon: (callback) => void this.#callbacks.push(callback),
  });

  /** The last event up to a position that decides an address; 0: none. */
  revision(address: Address, at: number): number {
    for (let event = at; event > 0; event -= 1) {
      const { projectId, integrationId } = this.log[event - 1]!;
      const decides = projectId === undefined || projectId === address.projectId;
      if (decides && integrationId === address.integrationId) return event;
    }
    return 0;
  }

  positionOf(token: string): number {
    for (let at = 0; at <= this.log.length; at += 1) if (tokenOf(at) === token) return at;
    throw new Error('a position that was never handed out');
  }

  get isIdle(): boolean {
    return this.#callbacks.length === 0 && this.#questions.length === 0;
  }

  ask(address: Address, kind: Consistency['kind'], pick: number): void {
    const token = this.log.length === 0 ? 0 : pick % (this.log.length + 1);
    const atLeast = { minimize_latency: 0, at_least_as_fresh: token, fully_consistent: this.log.length }[
      kind
    ];
    const consistency: Consistency =
      kind === 'at_least_as_fresh' ? { kind, position: tokenOf(token) } : { kind };
    const needed = Math.max(this.revision(address, this.deliveredTo), this.revision(address, atLeast));
    this.#engine.lookup(address, consistency).then(
      (lookup) => this.#check(`answer to ${kind}`, address, lookup, needed),
      (error: unknown) => {
        if (!(error instanceof KeywardUnavailableError)) this.broken.push(String(error));
      },
    );
  }

  checkCache(): void {
    for (const address of ADDRESSES) {
      const held = this.cache.held(address.projectId, address.integrationId)?.value;
      if (held === undefined) continue;
      this.#check('cached answer', address, held, this.revision(address, this.deliveredTo));
      if (held.outcome === 'found' && held.key.expiresAt.getTime() <= this.clock.monotonicMs()) {
        this.broken.push('an answer outlived its lease');
      }
    }
  }

  flush(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback();
  }

  answer(pick: number, fails: boolean): void {
    if (this.#questions.length === 0) return;
    const [asked] = this.#questions.splice(pick % this.#questions.length, 1);
    const { question, headThen, resolve, reject } = asked!;
    if (fails) return reject(new KeywardUnavailableError('UNAVAILABLE', 'Gone.'));
    const { consistency } = question;
    let at = this.readModelAt;
    if (consistency.kind === 'at_least_as_fresh') at = Math.max(at, this.positionOf(consistency.position));
    if (consistency.kind === 'fully_consistent') at = Math.max(at, headThen);
    resolve({ responses: question.addresses.map((address) => this.#respond(address, at)), stale: false });
  }

  /** The watch tells the next change, or one of the last again. */
  deliver(again: number): void {
    const event = again > 0 ? this.deliveredTo - (again % 3) : this.deliveredTo + 1;
    if (event < 1 || event > this.log.length) return;
    this.deliveredTo = Math.max(event, this.deliveredTo);
    this.cache.changed({ ...this.log[event - 1]!, position: tokenOf(event) });
  }

  reset(): void {
    this.deliveredTo = this.log.length;
    this.cache.reset(tokenOf(this.deliveredTo));
  }

  #respond(address: Address, at: number): LookupResponse__Output {
    const revision = this.revision(address, at);
    if (revision % 3 === 0) {
      return { outcome: 'notConfigured', notConfigured: { reason: 'REASON_NOT_SET' }, position: tokenOf(at) };
    }
    const key = {
      secret: Buffer.from('x'),
      source: 'SOURCE_PROJECT' as const,
      version: revision,
      keyId: '',
      fingerprint: '',
      setAt: null,
      lease: { seconds: String(LEASE_MS / 1_000), nanos: 0 },
    };
    return { outcome: 'key', key, position: tokenOf(at) };
  }

  #check(what: string, address: Address, lookup: Lookup, needed: number): void {
    const revision = this.revision(address, this.positionOf(lookup.position));
    if (revision < needed) this.broken.push(`${what}: revision ${revision}, although ${needed} was known`);
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), slot: fc.constantFrom(...SLOTS) }),
  fc.record({
    do: fc.constant('ask' as const),
    address: fc.constantFrom(...ADDRESSES),
    kind: fc.constantFrom('minimize_latency', 'minimize_latency', 'at_least_as_fresh', 'fully_consistent'),
    pick: fc.nat(50),
  }),
  fc.record({
    do: fc.constant('answer' as const),
    pick: fc.nat(9),
    fails: fc.constantFrom(false, false, false, true),
  }),
  fc.record({ do: fc.constant('deliver' as const), again: fc.constantFrom(0, 0, 0, 1, 2) }),
  fc.record({ do: fc.constantFrom('flush' as const, 'catchUp' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(LEASE_MS) }),
  fc.record({ do: fc.constantFrom('reset' as const, 'sweep' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(world: World, next: Step): void {
  switch (next.do) {
    case 'write':
      return void world.log.push(next.slot);
    case 'ask':
      return world.ask(next.address, next.kind as Consistency['kind'], next.pick);
    case 'answer':
      return world.answer(next.pick, next.fails);
    case 'deliver':
      return world.deliver(next.again);
    case 'flush':
      return world.flush();
    case 'catchUp':
      world.readModelAt = Math.max(world.readModelAt, world.log.length - 1);
      return;
    case 'wait':
      return world.clock.advance(next.ms);
    case 'reset':
      return world.reset();
    case 'sweep':
      return world.cache.sweep();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Lookups under any interleaving of questions, answers and changes', () => {
  it('never bring an older revision back, and always come to an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = new World();
        for (const next of steps) {
          take(world, next);
          await turn();
          world.checkCache();
        }
        for (let round = 0; !world.isIdle; round += 1) {
          if (round > 500) throw new Error('lookups that never end');
          world.flush();
          world.answer(0, false);
          await turn();
        }
        expect(world.broken).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
