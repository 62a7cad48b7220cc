import { randomUUID } from 'node:crypto';
import { Kafka, Partitioners, logLevel, type Producer } from 'kafkajs';
import { serveParent } from '../harness/child.js';
import { nowMs } from '../support/shared-clock.js';

const ALL_IN_SYNC_REPLICAS = -1;

let kafka: Kafka;
let producer: Producer;
let ownTopic: string;
/** When the next message of a topic came. */
const arrivals = new Map<string, (at: number) => void>();
const arrived = new Map<string, Promise<number>>();

/** Plain kafkajs: what a message takes through Kafka, and when one of Keyward's is there to be read. */
serveParent({
  /** @param topic whose messages {@link arm} waits for */
  async open({ broker, topic }: { broker: string; topic: string }): Promise<void> {
    kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
    ownTopic = `bench-${randomUUID()}`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: ownTopic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
    await producer.connect();
    await consume(topic);
    await consume(ownTopic);
  },
  /** From now on the next message of the topic counts. */
  arm,
  arrival: (topic: string): Promise<number> => arrived.get(topic)!,
  /** Milliseconds of so many messages, one after the other, each from before it is sent until it is read. */
  async roundTrips({ count, bytes }: { count: number; bytes: number }): Promise<number[]> {
    const value = 'x'.repeat(bytes);
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) {
      arm(ownTopic);
      const sentAt = nowMs();
      await producer.send({ topic: ownTopic, messages: [{ key: 'key', value }], acks: ALL_IN_SYNC_REPLICAS });
      times.push((await arrived.get(ownTopic)!) - sentAt);
    }
    return times;
  },
});

function arm(topic: string): void {
  arrived.set(topic, new Promise((resolve) => arrivals.set(topic, resolve)));
}

/** Resolves once what is sent from now on will be read. */
async function consume(topic: string): Promise<void> {
  // Waits for messages as Keyward's consumer does.
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: false });
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.FETCH_START, () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachBatch: async () => arrivals.get(topic)?.(nowMs()),
  });
  await joined;
}
