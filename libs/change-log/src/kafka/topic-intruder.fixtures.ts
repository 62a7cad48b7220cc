import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners, type Kafka, type Message } from 'kafkajs';
import { createKafka } from './kafka-client.js';
import { parseKafkaUrl } from './kafka-url.js';
import { readTopic, type TopicMessage } from './topic-messages.fixtures.js';
import { topicNames } from './topics.js';

/** Marks what was never a change. */
const POISON = 'test-poison';

export function isPoison({ headers }: TopicMessage): boolean {
  return POISON in headers;
}

/** Somebody else with access to the topic, who does there what no relay and no broadcaster would. */
export class TopicIntruder {
  private readonly kafka: Kafka;
  private readonly topic: string;

  /** @param url as KEYWARD_CHANGE_LOG has it */
  constructor(private readonly url: string) {
    const address = parseKafkaUrl(url);
    this.kafka = createKafka(address);
    this.topic = address.topic;
  }

  /** Sends messages that lie there once more, in the order that `choose` gives them. */
  async repeat(choose: (messages: readonly TopicMessage[]) => readonly TopicMessage[]): Promise<void> {
    await this.produce(
      choose(await readTopic(this.url)).map(({ key, value, headers, partition }) => ({
        key,
        value,
        partition,
        headers: { ...headers },
      })),
    );
  }

  /** Into each partition what is no change, in every way that a message can be none. @returns how many */
  async poison(partitions: number, content: string): Promise<number> {
    const values = [
      `{"secret": "${content}"`,
      JSON.stringify({ specversion: '1.0', type: 'keyward.key-change.v2', data: { secret: content } }),
      Buffer.from([0xff, 0xfe, 0x00]),
      null,
      content.padEnd(900_000, 'x'),
    ];
    const messages = values.flatMap((value) =>
      Array.from({ length: partitions }, (_, partition) => ({
        key: 'alpha/openai',
        value,
        partition,
        headers: { [POISON]: 'yes' },
      })),
    );
    // One by one, as together they are more than a broker takes at once.
    for (const message of messages) await this.produce([message]);
    return messages.length;
  }

  /** Joins every group that reads the topic, stays for so long, and leaves. @returns how many groups */
  async joinGroups(ms: number): Promise<number> {
    const groupIds = await this.groups();
    await Promise.all(groupIds.map((groupId) => this.join(groupId, ms)));
    return groupIds.length;
  }

  /** What was written to the topic of dead letters: the reason by the message's place. */
  async deadLetters(): Promise<TopicMessage[]> {
    const { dead } = topicNames(this.topic);
    return readTopic(this.url.replace(this.topic, dead));
  }

  private async groups(): Promise<string[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const { groups } = await admin.listGroups();
      return groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('keyward-broadcaster-'));
    } finally {
      await admin.disconnect();
    }
  }

  private async join(groupId: string, ms: number): Promise<void> {
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 100, retry: { retries: 0 } });
    const { changes, progress } = topicNames(this.topic);
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [changes, progress] });
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
      await joined;
      await sleep(ms);
    } finally {
      await consumer.disconnect();
    }
  }

  private async produce(messages: Message[]): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: this.topic, messages });
    await producer.disconnect();
  }
}
