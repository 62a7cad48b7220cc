import { SystemClock } from '@keyward/runtime';
import { WatchHub, type WatchHubOptions } from '../watching/watch-hub.js';
import { SlotReadModel } from './slot-read-model.js';
import { STORE } from './test-watcher.js';

export interface HubUnderTest {
  readonly hub: WatchHub;
  readonly readModel: SlotReadModel;
  readonly ends: string[];
}

/** A hub that has read an empty change log. */
export function makeHub(wanted: Partial<WatchHubOptions> = {}): HubUnderTest {
  const readModel = new SlotReadModel();
  const ends: string[] = [];
  const hub = new WatchHub({
    storeId: STORE,
    readModel,
    inLogOrder: true,
    windowSize: 1_000,
    heartbeatMs: 60_000,
    maxBehind: 1_000,
    maxStallMs: 60_000,
    watchesPerPrincipal: 1_000,
    judgeTimeoutMs: 10_000,
    clock: new SystemClock(),
    observer: { delivered: () => undefined, ended: (code) => ends.push(code) },
    ...wanted,
  });
  return { hub, readModel, ends };
}

/** Lets everything that needs no time happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
