export { describeReadModel, type ReadModelAbilities } from './describe-read-model.js';
export type { ReadModelUnderTest } from './read-model-under-test.js';
