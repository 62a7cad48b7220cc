import { canAppendAtomically, canTellRevisions } from '../event-store.port.js';
import { describeAppends } from './append.suite.js';
import { describeAtomicAppends, describeLifecycle, describeRestarts } from './lifecycle.suite.js';
import { describeModel } from './model.suite.js';
import { describeReads } from './read.suite.js';
import { describeRemovals } from './remove.suite.js';
import { describeRevisions } from './revisions.suite.js';
import type { StoreTest, StoreUnderTest, SuiteOptions } from './store-under-test.js';
import { describeSubscriptions } from './subscribe.suite.js';

const TIMEOUT_MS = 30_000;

/**
 * The contract of {@link EventStore}, as tests. Every adapter runs it; an exception is named and justified
 * where the adapter runs it. The log may be shared and old: no test relies on finding it empty.
 *
 * @param makeStore gives each test an open store of its own (the log behind it may be the same).
 */
export function describeEventStore(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  { durable, atomic, tellsRevisions, except = {} }: SuiteOptions,
): void {
  const test: StoreTest = (title, run) => {
    const declare = title in except ? it.skip : it;
    declare(
      title,
      async () => {
        const subject = await makeStore();
        try {
          await run(subject);
        } finally {
          await subject.dispose();
        }
      },
      TIMEOUT_MS,
    );
  };

  describe(`${name} keeps the contract of an event store:`, () => {
    describeAppends(test);
    describeReads(test);
    describeSubscriptions(test);
    describeRemovals(test);
    describeLifecycle(test);
    describeModel(test);
    if (durable) describeRestarts(test);
    test(`offers appendAll: ${atomic}`, async ({ store }) => {
      expect(canAppendAtomically(store)).toBe(atomic);
    });
    if (atomic) describeAtomicAppends(test);
    test(`offers lastRevision: ${tellsRevisions}`, async ({ store }) => {
      expect(canTellRevisions(store)).toBe(tellsRevisions);
    });
    if (tellsRevisions) describeRevisions(test);
  });
}
