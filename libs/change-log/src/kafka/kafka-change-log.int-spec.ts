// @needs kafka
import { describeChangeLog } from '../testing/index.js';
import { KafkaFixture } from './kafka.fixtures.js';

describeChangeLog(
  'Kafka',
  async () => {
    const fixture = new KafkaFixture();
    const writer = fixture.writer();
    // The relay asks first, always: then the topics are there.
    await writer.checkpoint();
    return { writer, reader: fixture.reader(), dispose: () => fixture.dispose() };
  },
  // Kafka drops by age and by segments. Where reading begins, and what happens when the end of it is dropped, is in
  // kafka-reading.int-spec.ts.
  { dropping: 'cannot be brought about' },
);
