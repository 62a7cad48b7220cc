import { describeCheckpoint } from './describe-checkpoint.js';
import { describeLease } from './describe-lease.js';
import { describeManyWriters } from './describe-many-writers.js';
import { describeReads } from './describe-reads.js';
import { describeRebuild } from './describe-rebuild.js';
import { describeReplay } from './describe-replay.js';
import { describeStatus } from './describe-status.js';
import { describeWaiting } from './describe-waiting.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';

/** Optional abilities that this one has; without them their part of the suite says that they are absent. */
export interface ReadModelAbilities {
  /** Told when a position is reached: `PositionWaiter`. */
  readonly waitsForPosition?: boolean;
  /** Outlives its processes and is shared by them, with all that goes with it: `another` is there. */
  readonly shared?: boolean;
  /** Histories per property; fewer where a store is dear to open. @defaultValue 40 */
  readonly runs?: number;
}

/**
 * What every read model promises, whatever it is made of.
 * @param open gives a store that nobody ever wrote to
 */
export function describeReadModel(
  name: string,
  open: () => Promise<ReadModelUnderTest>,
  abilities: ReadModelAbilities = {},
): void {
  describe(`${name} as a read model`, () => {
    let store: ReadModelUnderTest;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    describeStatus(() => store);
    describeWaiting(() => store, abilities.waitsForPosition ?? false);
    describeCheckpoint(() => store);
    describeReads(() => store);
    describeReplay(open, abilities.runs ?? 40);
    describeRebuild(() => store);
    if (abilities.shared) {
      describeManyWriters(() => store);
      describeLease(() => store);
    }
  });
}
