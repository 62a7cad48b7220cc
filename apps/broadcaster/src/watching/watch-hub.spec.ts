import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import { comparePositions } from '@keyward/contracts';
import { makeHub, settle, type HubUnderTest } from '../testing/make-hub.js';
import { TestWatcher, type TestWatcherOptions } from '../testing/test-watcher.js';
import type { WatchHubOptions } from './watch-hub.js';

describe('watch hub', () => {
  let open: HubUnderTest[];
  beforeEach(() => void (open = []));
  afterEach(() => open.forEach(({ hub }) => hub.close()));

  const start = (wanted: Partial<WatchHubOptions> = {}): HubUnderTest => {
    const made = makeHub(wanted);
    made.hub.progress(positionAt(0), true);
    open.push(made);
    return made;
  };
  const publish = ({ hub }: HubUnderTest, ...places: number[]): void => {
    for (const place of places) hub.publish(aKeyChange(place));
  };

  it('tells a watcher at once where it is, then every change that comes', () => {
    const made = start();
    publish(made, 1, 2);
    const watcher = new TestWatcher(made.hub);
    publish(made, 3, 4);
    expect(watcher.kinds()).toEqual(['heartbeat', 'change', 'change']);
    expect(watcher.read.map(({ changesThrough }) => changesThrough)).toHaveLength(3);
    expect(watcher.places()).toEqual([3, 4]);
    expect(watcher.through()).toBe(4);
  });

  it('counts what happened before as seen, when no position is given', () => {
    const made = start();
    publish(made, 1, 2);
    expect(new TestWatcher(made.hub).through()).toBe(2);
  });

  it('resumes exactly after a position', () => {
    const made = start();
    publish(made, 2, 4, 6);
    for (const [after, places] of [
      [0, [2, 4, 6]],
      [3, [4, 6]],
      [4, [6]],
      [6, []],
    ] as const) {
      const watcher = new TestWatcher(made.hub, { after: positionAt(after) });
      expect(watcher.kinds()[0]).toBe('heartbeat');
      expect(watcher.places()).toEqual(places);
    }
  });

  it('waits at a position that it has not reached', () => {
    const made = start();
    publish(made, 1);
    const watcher = new TestWatcher(made.hub, { after: positionAt(3) });
    publish(made, 2, 3, 4);
    expect(watcher.places()).toEqual([4]);
    expect(watcher.read[0]!.changesThrough).toBe(
      new TestWatcher(made.hub, { after: positionAt(3) }).readAll()[0]!.changesThrough,
    );
  });

  it('resets a watcher whose position is older than the window, and goes on live', () => {
    const made = start({ windowSize: 2 });
    publish(made, 1, 2, 3, 4);
    const watcher = new TestWatcher(made.hub, { after: positionAt(1) });
    expect(watcher.kinds()).toEqual(['reset', 'heartbeat']);
    expect(watcher.through()).toBe(4);
    publish(made, 5);
    expect(watcher.places()).toEqual([5]);
    expect(new TestWatcher(made.hub, { after: positionAt(3) }).places()).toEqual([4, 5]);
  });

  it('resets every watcher when changes were missed', () => {
    const made = start();
    publish(made, 1);
    const watcher = new TestWatcher(made.hub);
    made.hub.gap(positionAt(9));
    publish(made, 10);
    expect(watcher.kinds()).toEqual(['heartbeat', 'reset', 'change']);
    expect(watcher.places()).toEqual([10]);
  });

  it('resets a watcher that does not read as soon as it reads', () => {
    const made = start();
    const watcher = new TestWatcher(made.hub, { takes: 1 });
    publish(made, 1);
    made.hub.gap(positionAt(9));
    publish(made, 10);
    expect(watcher.kinds()).toEqual(['heartbeat', 'reset', 'change']);
  });

  it('sends no repeat', () => {
    const made = start();
    const watcher = new TestWatcher(made.hub);
    publish(made, 1, 2, 1, 2, 3);
    expect(watcher.places()).toEqual([1, 2, 3]);
  });

  describe('shows a watcher', () => {
    const seen = async (
      options: TestWatcherOptions,
      ...changes: Parameters<typeof aKeyChange>[1][]
    ): Promise<number[]> => {
      const made = start();
      const watcher = new TestWatcher(made.hub, options);
      changes.forEach((change, i) => {
        const made1 = aKeyChange(i + 1, change);
        made.readModel.apply(made1);
        made.hub.publish(made1);
      });
      await settle();
      return watcher.places();
    };

    it('only its organization', async () => {
      expect(await seen({}, { organizationId: 'globex' }, { organizationId: 'acme' })).toEqual([2]);
    });

    it('only the integrations it named', async () => {
      const changes = [{ integrationId: 'cohere' }, { integrationId: 'openai' }];
      expect(await seen({ integrationIds: ['openai'] }, ...changes)).toEqual([2]);
      expect(await seen({}, ...changes)).toEqual([1, 2]);
    });

    it('only the projects it named, or all', async () => {
      const changes = [{ projectId: 'website' }, { projectId: 'shop' }];
      expect(await seen({ projectIds: ['website'] }, ...changes)).toEqual([1]);
      expect(await seen({}, ...changes)).toEqual([1, 2]);
    });

    it("the organization's change only if one of the projects it named has no key of its own", async () => {
      const changes = [{ projectId: 'website' }, {}, { projectId: 'website', kind: 'removed' as const }, {}];
      expect(await seen({ projectIds: ['website'] }, ...changes)).toEqual([1, 3, 4]);
      expect(await seen({ projectIds: ['website', 'shop'] }, ...changes)).toEqual([1, 2, 3, 4]);
      expect(await seen({}, ...changes)).toEqual([1, 2, 3, 4]);
    });
  });

  it('names of the projects that were named those that are affected', async () => {
    const made = start();
    const named = new TestWatcher(made.hub, { projectIds: ['website', 'shop'] });
    const all = new TestWatcher(made.hub);
    for (const change of [aKeyChange(1, { projectId: 'website' }), aKeyChange(2)]) {
      made.readModel.apply(change);
      made.hub.publish(change);
    }
    await settle();
    expect(named.changes().map((c) => c.affectedProjectIds)).toEqual([['website'], ['shop']]);
    expect(all.changes().map((c) => c.affectedProjectIds)).toEqual([[], []]);
  });

  it('keeps the order while a change waits for the read model', async () => {
    const made = start();
    let answer = (): void => undefined;
    made.readModel.before = () => new Promise((resolve) => (answer = resolve));
    const named = new TestWatcher(made.hub, { projectIds: ['website'] });
    const all = new TestWatcher(made.hub);
    made.hub.publish(aKeyChange(1));
    made.hub.publish(aKeyChange(2, { projectId: 'website' }));
    await settle();
    expect(all.places()).toEqual([1, 2]);
    expect(named.places()).toEqual([]);
    answer();
    await settle();
    expect(named.places()).toEqual([1, 2]);
  });

  it('asks the read model once per change for all watchers', async () => {
    const made = start();
    for (let i = 0; i < 50; i++) void new TestWatcher(made.hub, { projectIds: [`project-${i}`] });
    made.hub.publish(aKeyChange(1));
    await settle();
    expect(made.readModel.questions).toBe(1);
  });

  it('gives all watchers with the same view one and the same message', () => {
    const made = start();
    const [one, other] = [new TestWatcher(made.hub), new TestWatcher(made.hub)];
    publish(made, 1);
    expect(one.readAll()[1]).toBe(other.readAll()[1]);
  });

  describe('with a slow watcher', () => {
    it('lets it stand still and sends the rest when it reads, without slowing another', () => {
      const made = start();
      const slow = new TestWatcher(made.hub, { takes: 2 });
      const quick = new TestWatcher(made.hub);
      publish(made, 1, 2, 3, 4, 5);
      expect(slow.read).toEqual([]);
      expect(quick.places()).toEqual([1, 2, 3, 4, 5]);
      expect(slow.places()).toEqual([1, 2, 3, 4, 5]);
    });

    it('ends it when it is too many changes behind, and no other', () => {
      const made = start({ maxBehind: 3 });
      const slow = new TestWatcher(made.hub, { takes: 2 });
      const quick = new TestWatcher(made.hub, { takes: 2 });
      for (let place = 1; place <= 9; place++) {
        publish(made, place);
        quick.readAll();
      }
      expect(slow.reason).toMatchObject({ code: 'SLOW_WATCHER' });
      expect(quick.reason).toBeUndefined();
      expect(quick.places()).toHaveLength(9);
      expect(made.ends).toEqual(['SLOW_WATCHER']);
      expect(made.hub.size).toBe(1);
    });

    it('does not count what it missed before it came', () => {
      const made = start({ maxBehind: 3 });
      publish(made, 1, 2, 3, 4, 5, 6, 7, 8);
      const watcher = new TestWatcher(made.hub, { after: positionAt(0), takes: 2 });
      publish(made, 9, 10, 11);
      expect(watcher.places()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(watcher.reason).toBeUndefined();
    });

    it('ends it when the changes that it has not read are no longer kept', () => {
      const made = start({ windowSize: 3 });
      const slow = new TestWatcher(made.hub, { takes: 1 });
      publish(made, 1, 2, 3, 4, 5, 6);
      slow.readAll();
      expect(slow.reason).toMatchObject({ code: 'SLOW_WATCHER' });
      expect(slow.places()).toEqual([]);
    });

    it('ends it when it takes nothing for too long', async () => {
      const made = start({ heartbeatMs: 20, maxStallMs: 30 });
      const slow = new TestWatcher(made.hub, { takes: 1 });
      const quick = new TestWatcher(made.hub);
      while (!slow.reason) await settle();
      expect(slow.reason).toMatchObject({ code: 'SLOW_WATCHER' });
      expect(quick.reason).toBeUndefined();
    });
  });

  it('beats for every watcher, once per interval, with how far it is', async () => {
    const made = start({ heartbeatMs: 40 });
    const watchers = Array.from({ length: 30 }, () => new TestWatcher(made.hub));
    publish(made, 7);
    while (watchers.some((watcher) => watcher.kinds().length < 4)) await settle();
    for (const watcher of watchers) {
      expect(
        watcher
          .kinds()
          .slice(2)
          .every((kind) => kind === 'heartbeat'),
      ).toBe(true);
      expect(watcher.through()).toBe(7);
      expect(watcher.kinds().length).toBeLessThanOrEqual(watchers[0]!.kinds().length + 1);
    }
  });

  it('ends a watch when its token expires', async () => {
    let now = 1_000;
    const made = start({ heartbeatMs: 20, clock: { now: () => new Date(now), monotonicMs: () => 0 } });
    const watcher = new TestWatcher(made.hub, { expiresAt: new Date(2_000) });
    const other = new TestWatcher(made.hub, { expiresAt: new Date(3_000) });
    while (watcher.kinds().length < 3) await settle();
    expect(watcher.reason).toBeUndefined();
    now = 2_000;
    while (!watcher.reason) await settle();
    expect(watcher.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(other.reason).toBeUndefined();
  });

  it('refuses a principal more watches than it may have, until it leaves one', () => {
    const { hub } = start({ watchesPerPrincipal: 2 });
    const first = new TestWatcher(hub);
    const second = new TestWatcher(hub);
    expect(() => new TestWatcher(hub)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    expect(() => new TestWatcher(hub, { subject: 'another' })).not.toThrow();
    first.leave();
    expect(() => new TestWatcher(hub)).not.toThrow();
    expect(second.reason).toBeUndefined();
  });

  it('takes no watch before it has read the change log up to its end', () => {
    const { hub } = makeHub();
    expect(() => new TestWatcher(hub)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    hub.progress(positionAt(3), false);
    expect(hub.ready).toBe(false);
    hub.progress(positionAt(5), true);
    expect(new TestWatcher(hub).through()).toBe(5);
    hub.close();
  });

  it('ends every watch when it closes, and takes no more', () => {
    const { hub } = start();
    const watchers = [new TestWatcher(hub), new TestWatcher(hub, { takes: 1 })];
    hub.close();
    expect(watchers.map(({ reason }) => reason?.code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(hub.size).toBe(0);
    expect(() => new TestWatcher(hub)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('never goes back in what it says has been sent, where only slots are in order', () => {
    const { hub } = start({ inLogOrder: false });
    hub.progress(positionAt(2), true);
    const watcher = new TestWatcher(hub, { after: positionAt(4) });
    hub.publish(aKeyChange(9, { integrationId: 'openai' }));
    hub.publish(aKeyChange(5, { integrationId: 'cohere' }));
    hub.publish(aKeyChange(3, { integrationId: 'groq' }));
    hub.progress(positionAt(9), true);
    hub.publish(aKeyChange(10));
    expect(watcher.places()).toEqual([9, 5, 10]);
    const tokens = watcher.readAll().map(({ changesThrough }) => changesThrough);
    expect(new Set(tokens.slice(0, 3)).size).toBe(1);
    expect(comparePositions(hub.window.watermark, positionAt(9))).toBe(0);
    expect(watcher.through()).toBe(9);
  });
});
