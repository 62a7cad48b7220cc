import type { KeyChange } from '@keyward/change-log';
import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import { decodePosition, type WatchResponse } from '@keyward/contracts';
import fc from 'fast-check';
import { makeHub, settle, type HubUnderTest } from '../testing/make-hub.js';
import { STORE, TestWatcher } from '../testing/test-watcher.js';

const PROJECTS = ['p1', 'p2', 'p3'];
const INTEGRATIONS = ['openai', 'cohere'];

type Step =
  | {
      readonly do: 'change';
      readonly project: string | null;
      readonly integration: string;
      readonly remove: boolean;
    }
  | { readonly do: 'read model' }
  | { readonly do: 'settle' }
  | { readonly do: 'missed' }
  /** All partitions were read so far, of what has come since the last time. */
  | { readonly do: 'progress'; readonly share: number }
  | { readonly do: 'read'; readonly client: number }
  | { readonly do: 'reconnect'; readonly client: number };

interface Wish {
  readonly projectIds: readonly string[] | undefined;
  readonly integrationIds: readonly string[] | undefined;
  readonly takes: number;
}

/** What the log really was: which projects had a key of their own when a change happened. */
interface Fact {
  readonly place: number;
  readonly change: KeyChange;
  readonly overriding: ReadonlySet<string>;
}

/** The truth: a log with valid changes only. */
class History {
  readonly facts: Fact[] = [];
  private readonly keys = new Set<string>();
  private readonly versions = new Map<string, number>();

  add(project: string | null, integration: string, remove: boolean): KeyChange {
    const slot = `${project ?? ''}/${integration}`;
    const kind = remove && this.keys.has(slot) ? 'removed' : 'set';
    const overriding = new Set(PROJECTS.filter((id) => this.keys.has(`${id}/${integration}`)));
    if (kind === 'set') this.versions.set(slot, (this.versions.get(slot) ?? 0) + 1);
    const place = this.facts.length + 1;
    const version = this.versions.get(slot)!;
    const change = aKeyChange(place, { projectId: project, integrationId: integration, kind, version });
    this.facts.push({ place, change, overriding });
    if (kind === 'set') this.keys.add(slot);
    else this.keys.delete(slot);
    return change;
  }
}

/** A client that resumes with the last changes_through it read, as often as the test wants. */
class Client {
  private watcher: TestWatcher;
  /** All messages, over all connections. */
  readonly messages: WatchResponse[] = [];
  private readonly began: number;

  constructor(
    private readonly made: HubUnderTest,
    readonly wish: Wish,
  ) {
    this.began = Number(made.hub.window.watermark.commit);
    this.watcher = this.connect(this.began);
  }

  /** True when it was ended as too slow; it then resumes. */
  read(): void {
    this.messages.push(...this.watcher.readAll().slice(this.taken));
    this.taken = this.watcher.read.length;
    if (this.watcher.reason) this.reconnect();
  }

  reconnect(): void {
    this.watcher.leave();
    this.taken = 0;
    this.watcher = this.connect(this.through);
  }

  /** Places of the changes read, and of resets, which stand for all up to them. */
  get through(): number {
    const last = this.messages.at(-1);
    return last ? placeOf(last.changesThrough!) : this.began;
  }

  verify(facts: readonly Fact[]): void {
    let before = this.began;
    const sent = new Set<number>();
    for (const message of this.messages) {
      const through = placeOf(message.changesThrough!);
      expect(through).toBeGreaterThanOrEqual(before);
      if (message.change) sent.add(placeOf(message.change.position!));
      if (!message.reset) this.verifyNothingMissing(facts.slice(before, through), sent);
      if (message.change) this.verifyChange(facts, message.change, before);
      before = through;
    }
    expect(before).toBe(facts.length);
  }

  /** What a message claims to have been told was told, unless it was to look everything up. */
  private verifyNothingMissing(claimed: readonly Fact[], sent: ReadonlySet<number>): void {
    const missing = claimed.filter((fact) => !sent.has(fact.place) && this.affected(fact) !== null);
    expect(missing.map(({ place }) => place)).toEqual([]);
  }

  private verifyChange(
    facts: readonly Fact[],
    change: NonNullable<WatchResponse['change']>,
    before: number,
  ): void {
    const fact = facts[placeOf(change.position!) - 1]!;
    expect(fact.place).toBeGreaterThan(before);
    expect(this.wants(fact)).toBe(true);
    // Too many are harmless, too few are not.
    expect(change.affectedProjectIds).toEqual(expect.arrayContaining([...(this.affected(fact) ?? [])]));
  }

  private wants({ change }: Fact): boolean {
    const { projectIds, integrationIds } = this.wish;
    if (integrationIds && !integrationIds.includes(change.integrationId)) return false;
    return !change.projectId || !projectIds || projectIds.includes(change.projectId);
  }

  /** The projects that must be named in the message; null: no message has to come. */
  private affected(fact: Fact): readonly string[] | null {
    if (!this.wants(fact)) return null;
    const { projectIds } = this.wish;
    if (!projectIds) return [];
    if (fact.change.projectId) return [fact.change.projectId];
    const affected = projectIds.filter((id) => !fact.overriding.has(id));
    return affected.length > 0 ? affected : null;
  }

  private taken = 0;

  private connect(after: number): TestWatcher {
    const { projectIds, integrationIds, takes } = this.wish;
    return new TestWatcher(this.made.hub, {
      after: positionAt(after),
      takes,
      ...(projectIds && { projectIds }),
      ...(integrationIds && { integrationIds }),
    });
  }
}

function placeOf(token: string): number {
  return Number(decodePosition(STORE, token).commit);
}

const change = fc.record({
  do: fc.constant('change' as const),
  project: fc.option(fc.constantFrom(...PROJECTS)),
  integration: fc.constantFrom(...INTEGRATIONS),
  remove: fc.boolean(),
});
const client = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: change },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), client }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reconnect' as const), client }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ do: 'read model' }, { do: 'settle' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('missed' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('progress' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);
const wish: fc.Arbitrary<Wish> = fc.record({
  projectIds: fc.option(fc.subarray(PROJECTS, { minLength: 1 }), { nil: undefined }),
  integrationIds: fc.option(fc.subarray(INTEGRATIONS, { minLength: 1 }), { nil: undefined }),
  takes: fc.constantFrom(1, 2, 5, Infinity),
});

describe.each([true, false])('watches on a change log that is in log order: %s', (inLogOrder) => {
  it('show each client every change that it must know of, in order, whatever happens on the way', async () => {
    const run = async (
      steps: Step[],
      wishes: Wish[],
      windowSize: number,
      maxBehind: number,
    ): Promise<void> => {
      const made = makeHub({ inLogOrder, windowSize, maxBehind, judgeTimeoutMs: 2, heartbeatMs: 5 });
      made.hub.progress(positionAt(0), true);
      const history = new History();
      const clients = wishes.map((one) => new Client(made, one));
      const catchUpReadModel = (): void => {
        for (const { change: seen, place } of history.facts) {
          if (place > Number(made.readModel.position.commit)) made.readModel.apply(seen);
        }
      };
      /** The changes that nobody will be told of. */
      const missed: number[] = [];
      const shareOf = (share: number): number => {
        const from = Number(made.hub.window.watermark.commit);
        return from + Math.ceil((history.facts.length - from) * share);
      };
      const progressTo = (place: number): void => {
        const from = Number(made.hub.window.watermark.commit);
        if (missed.some((one) => one > from && one <= place)) made.hub.gap(positionAt(place));
        made.hub.progress(positionAt(place), true);
      };
      const lose = (): void => {
        history.add(null, 'openai', false);
        missed.push(history.facts.length);
        if (inLogOrder) progressTo(history.facts.length);
      };
      const clientOf = ({ client: index }: { client: number }): Client => clients[index % clients.length]!;
      const perform = async (one: Step): Promise<void> => {
        switch (one.do) {
          case 'change':
            return void made.hub.publish(history.add(one.project, one.integration, one.remove));
          case 'missed':
            return lose();
          case 'progress':
            return progressTo(shareOf(one.share));
          case 'read model':
            return catchUpReadModel();
          case 'settle':
            return settle();
          case 'read':
            return clientOf(one).read();
          case 'reconnect':
            return clientOf(one).reconnect();
        }
      };
      for (const one of steps) await perform(one);
      catchUpReadModel();
      progressTo(history.facts.length);
      for (const one of clients) {
        // A heartbeat says so when nothing is left to be told.
        for (let turn = 0; one.through < history.facts.length && turn < 1_000; turn++) {
          one.read();
          await settle();
        }
        one.verify(history.facts);
      }
      made.hub.close();
    };
    const wishes = fc.array(wish, { minLength: 1, maxLength: 3 });
    const steps = fc.array(step, { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(steps, wishes, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 8 }), run),
      { numRuns: 200 },
    );
  });
});
