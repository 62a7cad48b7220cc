import { encodePosition } from '@keyward/contracts';
import { Partitioners, type Kafka, type Message, type Producer } from 'kafkajs';
import { encodeKeyChange } from '../cloud-event.js';
import type { KeyChange } from '../key-change.js';
import { letGo, withDeadline } from './kafka-client.js';

/** Longest wait for a send, the client's retries included. */
const SEND_MS = 6_000;
const ALL_IN_SYNC_REPLICAS = -1;

/** Where the client's partitioner puts a key: as Kafka's own clients do (murmur2), so that others can find it. */
const partitionerOf = Partitioners.DefaultPartitioner();

export function partitionOf(topic: string, key: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return partitionerOf({ topic, partitionMetadata, message: { key, value: null } });
}

/** How many messages a partition was sent, and where the first of them lies. */
export interface Sent {
  readonly partition: number;
  readonly base: number;
  readonly count: number;
}

/**
 * Sends changes in their order: one send at a time, acknowledged by all replicas before the next. Without the client's
 * idempotence, which is experimental and has lost messages: a repeated send repeats messages, and readers drop those.
 */
export class ChangeProducer {
  private constructor(
    private readonly producer: Producer,
    private readonly topic: string,
    private readonly partitions: number,
    private readonly storeId: string,
  ) {}

  static async connect(
    kafka: Kafka,
    topic: string,
    partitions: number,
    storeId: string,
  ): Promise<ChangeProducer> {
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      idempotent: false,
      maxInFlightRequests: 1,
    });
    await withDeadline(SEND_MS, 'connecting', producer.connect());
    return new ChangeProducer(producer, topic, partitions, storeId);
  }

  async sendChanges(changes: readonly KeyChange[]): Promise<Sent[]> {
    const messages = changes.map((change) => this.message(change));
    const counts = new Map<number, number>();
    for (const { partition } of messages) counts.set(partition, (counts.get(partition) ?? 0) + 1);
    const answers = await this.send(this.topic, messages);
    return answers.map(({ partition, baseOffset }) => ({
      partition,
      base: Number(baseOffset),
      count: counts.get(partition)!,
    }));
  }

  async send(topic: string, messages: Message[]): ReturnType<Producer['send']> {
    const send = this.producer.send({ topic, messages, acks: ALL_IN_SYNC_REPLICAS, timeout: 4_000 });
    return withDeadline(SEND_MS, 'sending', send);
  }

  /** A send that was given up may still be under way: what it would send must not come after what follows. */
  close(): Promise<void> {
    return letGo(this.producer);
  }

  private message(change: KeyChange): Message & { partition: number } {
    const { key, value } = encodeKeyChange(this.storeId, change);
    return {
      key,
      value,
      partition: partitionOf(this.topic, key, this.partitions),
      headers: {
        'content-type': 'application/cloudevents+json',
        'keyward-event-id': change.id,
        'keyward-position': encodePosition(this.storeId, change.position),
        ...(change.traceparent !== undefined && { traceparent: change.traceparent }),
      },
    };
  }
}
