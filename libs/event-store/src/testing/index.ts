export { describeEventStore } from './describe-event-store.js';
export { anEvent, appendEach, collect, eventOfSize, expectCode, numbered, uniqueName } from './fixtures.js';
export { Follower } from './follower.js';
export type { StoreUnderTest, SuiteOptions } from './store-under-test.js';
