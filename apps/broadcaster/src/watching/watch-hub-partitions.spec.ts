import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import { makeHub, type HubUnderTest } from '../testing/make-hub.js';
import { TestWatcher } from '../testing/test-watcher.js';
import type { WatchHubOptions } from './watch-hub.js';

describe('watch hub on partitions, which come in any order', () => {
  let made: HubUnderTest;
  afterEach(() => made.hub.close());

  const start = (wanted: Partial<WatchHubOptions> = {}): void => {
    made = makeHub({ ...wanted, inLogOrder: false });
    made.hub.progress(positionAt(0), true);
  };
  const publish = (...places: number[]): void => {
    for (const place of places) made.hub.publish(aKeyChange(place));
  };

  it('sends after a reset what came from beyond that', () => {
    start({ windowSize: 2 });
    publish(1, 2, 3);
    made.hub.progress(positionAt(3), true);
    publish(4);
    const watcher = new TestWatcher(made.hub, { after: positionAt(1) });
    made.hub.progress(positionAt(4), true);
    expect(watcher.kinds()).toEqual(['reset', 'change', 'heartbeat']);
    expect(watcher.places()).toEqual([4]);
    expect(watcher.through()).toBe(3);
  });

  it('keeps what came from beyond a gap, for those who have not read it and those who resume', () => {
    start();
    const [slow, quick] = [new TestWatcher(made.hub, { takes: 1 }), new TestWatcher(made.hub)];
    publish(1, 4);
    made.hub.gap(positionAt(2));
    expect(slow.kinds()).toEqual(['heartbeat', 'reset', 'change']);
    expect(slow.places()).toEqual([4]);
    expect(quick.kinds()).toEqual(['heartbeat', 'change', 'change', 'reset']);
    expect(new TestWatcher(made.hub, { after: positionAt(3) }).places()).toEqual([4]);
  });

  it('lets a reset stand for all that the window has dropped, however far that was', () => {
    start({ windowSize: 1 });
    publish(1, 2);
    const watcher = new TestWatcher(made.hub, { after: positionAt(0) });
    expect(watcher.kinds()).toEqual(['reset', 'change', 'heartbeat']);
    expect(watcher.places()).toEqual([2]);
    expect(watcher.through()).toBe(1);
  });
});
