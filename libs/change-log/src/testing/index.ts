export { TopicIntruder, isPoison } from '../kafka/topic-intruder.fixtures.js';
export { readTopic, type TopicMessage } from '../kafka/topic-messages.fixtures.js';
export { describeChangeLog, type ChangeLogUnderTest, type MakeChangeLog } from './describe-change-log.js';
export { aKeyChange, positionAt } from './key-changes.js';
export { ReaderProbe } from './reader-probe.js';
