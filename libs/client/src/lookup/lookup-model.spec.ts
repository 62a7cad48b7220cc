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
const ADDRESSES: readonly Address[] = [
  { projectId: 'web', integrationId: 'openai' },
  { projectId: 'app', integrationId: 'openai' },
  { projectId: 'web', integrationId: 'slack' },
];
const SLOTS = [
  ...ADDRESSES,
  { projectId: undefined, integrationId: 'openai' },
  { projectId: undefined, integrationId: 'slack' },
];
type Slot = (typeof SLOTS)[number];

const tokenOf = (at: number): string => `${(at * 7_919) % 104_729}`;

class World {
  readonly clock = new ManualClock();
  readonly cache = new LeasedCache({ maxEntries: 2, now: () => this.clock.monotonicMs() });
  readonly log: Slot[] = [];
  readonly broken: string[] = [];
  /** Positions are counts of events: 0 is the start of the log. */
  readModelAt = 0;
  deliveredTo = 0;
  #isWatching = false;
  #watchedFrom = 0;
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

  write(slot: Slot): void {
    this.log.push(slot);
  }

  catchUp(): void {
    this.readModelAt = Math.max(this.readModelAt, this.log.length - 1);
  }

  /** The watch begins, or tells the next change. */
  deliver(): void {
    if (!this.#isWatching) {
      this.#isWatching = true;
      this.#watchedFrom = this.deliveredTo = this.log.length;
      this.cache.watchStarted(tokenOf(this.deliveredTo));
    } else if (this.deliveredTo < this.log.length) {
      this.deliveredTo += 1;
      this.#tell(this.deliveredTo);
    }
  }

  /** The watch tells one of the last changes again. */
  repeat(back: number): void {
    if (this.deliveredTo - back > this.#watchedFrom) this.#tell(this.deliveredTo - back);
  }

  reset(): void {
    this.#isWatching = true;
    this.#watchedFrom = this.deliveredTo = this.log.length;
    this.cache.reset(tokenOf(this.deliveredTo));
  }

  #tell(event: number): void {
    this.cache.changed({ ...this.log[event - 1]!, position: tokenOf(event) });
  }

  #respond(address: Address, at: number): LookupResponse__Output {
    const revision = this.revision(address, at);
    if (revision % 5 === 0) {
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

const someSlot = fc.constantFrom(...SLOTS);
const someAddress = fc.constantFrom(...ADDRESSES);
const quick = fc.constant<Consistency['kind']>('minimize_latency');
const someKind = fc.constantFrom<Consistency['kind'][]>(
  'minimize_latency',
  'at_least_as_fresh',
  'fully_consistent',
);

/** A step, as what it does to the world; its text is what fast-check shows of a failure. */
class Step {
  constructor(
    readonly text: string,
    readonly take: (world: World) => void,
  ) {}

  toString(): string {
    return this.text;
  }
}

const named = (text: string, act: (world: World) => void): fc.Arbitrary<Step> =>
  fc.constant(new Step(text, act));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: someSlot.map((slot) => new Step(`write ${slotName(slot)}`, (world) => world.write(slot))),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(someAddress, fc.oneof(quick, someKind), fc.nat(50), fc.boolean())
      .map(([address, kind, pick, sends]) => {
        const text = `ask ${slotName(address)} ${kind} ${pick}${sends ? ', send' : ''}`;
        return new Step(text, (world) => {
          world.ask(address, kind, pick);
          if (sends) world.flush();
        });
      }),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(4), fc.integer({ min: 0, max: 9 }))
      .map(([pick, luck]) => new Step(`answer ${pick} ${luck}`, (world) => world.answer(pick, luck === 0))),
  },
  { weight: 4, arbitrary: named('deliver', (world) => world.deliver()) },
  {
    weight: 2,
    arbitrary: fc.nat(2).map((back) => new Step(`repeat ${back}`, (world) => world.repeat(back))),
  },
  { weight: 1, arbitrary: named('catch up', (world) => world.catchUp()) },
  { weight: 1, arbitrary: named('flush', (world) => world.flush()) },
  {
    weight: 2,
    arbitrary: fc.nat(LEASE_MS).map((ms) => new Step(`wait ${ms}`, (world) => world.clock.advance(ms))),
  },
  { weight: 1, arbitrary: named('sweep', (world) => world.cache.sweep()) },
  { weight: 1, arbitrary: named('reset', (world) => world.reset()) },
);

function slotName({ projectId, integrationId }: Slot): string {
  return `${projectId ?? '*'}/${integrationId}`;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Lookups under any interleaving of questions, answers and changes', () => {
  it('never bring an older revision back, and always come to an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), async (steps) => {
        const world = new World();
        for (const next of steps) {
          next.take(world);
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
