import { Logger } from '@nestjs/common';
import { Partitioners, type Kafka, type Producer } from 'kafkajs';
import { letGo, withDeadline } from './kafka-client.js';
import type { Poison } from './reading-state.js';

const SEND_MS = 15_000;

/**
 * Says in a topic of its own which messages could not be read and why. Not what stood in them: that may be anything, also
 * a key that somebody pasted; it lies where it was. The message key names that place, so that several readers, or one that
 * reads again, leave one record after compaction. A reader does not wait for it, and is not held up when it fails.
 */
export class DeadLetters {
  private readonly logger = new Logger('kafka');
  private producer: Promise<Producer> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly changesTopic: string,
    private readonly onPoison: () => void,
  ) {}

  report({ partition, offset, reason, bytes }: Poison): void {
    this.onPoison();
    this.logger.error(
      `A message of ${this.changesTopic} cannot be read (partition ${partition}, offset ${offset}): ${reason}`,
    );
    const value = JSON.stringify({ topic: this.changesTopic, partition, offset, reason, bytes });
    this.send(`${partition}/${offset}`, value).catch((error: unknown) =>
      this.logger.error(`No dead letter could be written to ${this.topic}`, error),
    );
  }

  async close(): Promise<void> {
    await letGo(await this.producer?.catch(() => undefined));
  }

  private async send(key: string, value: string): Promise<void> {
    this.producer ??= this.connect();
    const producer = await this.producer;
    await withDeadline(
      SEND_MS,
      'sending',
      producer.send({ topic: this.topic, messages: [{ key, value }], acks: -1 }),
    );
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    await withDeadline(SEND_MS, 'connecting', producer.connect());
    return producer;
  }
}
