import { describeCheckpoint } from './describe-checkpoint.js';
import { describeReads } from './describe-reads.js';
import { describeReplay } from './describe-replay.js';
import { describeStatus } from './describe-status.js';
import { describeWaiting } from './describe-waiting.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';

/** Optional abilities that this one has; without them their part of the suite says that they are absent. */
export interface ReadModelAbilities {
  /** Told when a position is reached: `PositionWaiter`. */
  readonly waitsForPosition?: boolean;
}

/**
 * What every read model promises, whatever it is made of.
 * @param open gives a store that nobody ever wrote to, and takes it away when `reader.close()` is called
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
    afterEach(() => store.reader.close());

    describeStatus(() => store);
    describeWaiting(() => store, abilities.waitsForPosition ?? false);
    describeCheckpoint(() => store);
    describeReads(() => store);
    describeReplay(open);
  });
}
