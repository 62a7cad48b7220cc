import { randomUUID } from 'node:crypto';
import { MemoryEventStore, type EventStore } from '@keyward/event-store';
import { Kafka, logLevel, Partitioners, type Admin, type Message } from 'kafkajs';
import type { KeyChange } from '../key-change.js';
import { ChangeProducer } from './change-producer.js';
import { KafkaChangeLogReader, type KafkaReaderOptions } from './kafka-change-log-reader.js';
import { KafkaChangeLogWriter, type KafkaWriterOptions } from './kafka-change-log-writer.js';
import { parseKafkaUrl } from './kafka-url.js';
import { readMessages, type TopicMessage } from './topic-messages.fixtures.js';
import { topicNames } from './topics.js';

type Options = Partial<Omit<KafkaWriterOptions & KafkaReaderOptions, 'address' | 'store'>>;

/** So many that the slots of the tests (openai, anthropic, cohere) are in three of them. */
export const PARTITIONS = 5;

/** A topic of its own on the broker of the tests, with what reads, writes and looks into it. */
export class KafkaFixture {
  readonly topic = `changes-${randomUUID().slice(0, 8)}`;
  readonly names = topicNames(this.topic);
  readonly kafka: Kafka;
  private readonly writers: KafkaChangeLogWriter[] = [];
  private admin: Promise<Admin> | undefined;

  constructor(
    readonly store: EventStore = new MemoryEventStore(),
    private readonly broker = process.env['KEYWARD_TEST_KAFKA_URL']!,
  ) {
    const { brokers } = parseKafkaUrl(broker);
    this.kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } });
  }

  url(options = `partitions=${PARTITIONS}`): string {
    return `${this.broker}/${this.topic}?${options}`;
  }

  writer(options: Options = {}, urlOptions?: string): KafkaChangeLogWriter {
    const address = parseKafkaUrl(this.url(urlOptions));
    const writer = new KafkaChangeLogWriter({ address, store: this.store, leaseMs: 1_000, ...options });
    this.writers.push(writer);
    return writer;
  }

  reader(options: Options = {}): KafkaChangeLogReader {
    return new KafkaChangeLogReader({ address: parseKafkaUrl(this.url()), store: this.store, ...options });
  }

  async asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    this.admin ??= (async () => {
      const admin = this.kafka.admin();
      await admin.connect();
      return admin;
    })();
    return work(await this.admin);
  }

  /** Drops what lies before these offsets, as the broker does with what is too old; -1 is everything. */
  async drop(offsets: readonly { partition: number; offset: string }[]): Promise<void> {
    await this.asAdmin(async (admin) => {
      // The client loads the topic's metadata with this call, and not with the next.
      await admin.fetchTopicOffsets(this.topic);
      await admin.deleteTopicRecords({ topic: this.topic, partitions: [...offsets] });
    });
  }

  /** Writes what no relay would. */
  async produce(topic: string, messages: Message[]): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  /** Sends changes as a relay does, past its fence. */
  async sendAs(changes: readonly KeyChange[]): Promise<void> {
    const producer = await ChangeProducer.connect(this.kafka, this.topic, PARTITIONS, this.store.storeId);
    await producer.sendChanges(changes);
    await producer.close();
  }

  /** Reads messages as they lie there, until there are `count`. */
  consume(topic: string, count: number): Promise<TopicMessage[]> {
    return readMessages(this.kafka, topic, count);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.close()));
    await (await this.admin)?.disconnect();
  }
}
