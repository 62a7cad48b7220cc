export { describeReadModel, type ReadModelAbilities, type ReadModelUnderTest } from './describe-read-model.js';
