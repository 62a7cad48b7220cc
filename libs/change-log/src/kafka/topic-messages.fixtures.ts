import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { createKafka, withDeadline } from './kafka-client.js';
import { parseKafkaUrl } from './kafka-url.js';
import { offsetBounds } from './topics.js';

/** A message as it lies there. */
export interface TopicMessage {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const LIMIT_MS = 60_000;

/**
 * All that the topic of changes keeps now, each partition in the order of its offsets.
 * @param url as KEYWARD_CHANGE_LOG has it
 */
export async function readTopic(url: string): Promise<TopicMessage[]> {
  const address = parseKafkaUrl(url);
  const kafka = createKafka(address);
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { low, end } = await offsetBounds(admin, address.topic);
    const count = end.reduce((sum, high, partition) => sum + high - low[partition]!, 0);
    return count === 0 ? [] : await readMessages(kafka, address.topic, count);
  } finally {
    await admin.disconnect();
  }
}

/** Reads from the oldest message until there are `count`. */
export async function readMessages(kafka: Kafka, topic: string, count: number): Promise<TopicMessage[]> {
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const messages: TopicMessage[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const read = new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ partition, message }) => {
            messages.push(seen(partition, message));
            if (messages.length === count) resolve();
          },
        })
        .catch(reject);
    });
    await withDeadline(LIMIT_MS, `reading ${count} messages of ${topic}`, read);
  } finally {
    await consumer.disconnect();
  }
  return messages;
}

function seen(partition: number, { offset, key, value, headers = {} }: KafkaMessage): TopicMessage {
  const texts = Object.entries(headers).map(([name, header]) => [name, String(header)]);
  return {
    partition,
    offset: Number(offset),
    key: String(key),
    value: String(value),
    headers: Object.fromEntries(texts) as Record<string, string>,
  };
}
