import { randomUUID } from 'node:crypto';
import type { Admin, Consumer, ConsumerConfig, EachBatchPayload, Kafka } from 'kafkajs';
import { ChangeLogError, ChangeLogTruncatedError } from '../change-log.errors.js';
import type { ChangeLogMessage } from '../change-log.port.js';
import { Handoff } from './handoff.js';
import { letGo, retrying, withDeadline } from './kafka-client.js';
import type { ReadingState } from './reading-state.js';
import { offsetBounds, type TopicNames } from './topics.js';

export interface TopicReadingParts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topics: TopicNames;
  readonly state: ReadingState;
}

const HEARTBEAT_MS = 3_000;
const CONSUMER: Omit<ConsumerConfig, 'groupId'> = {
  sessionTimeout: 30_000,
  heartbeatInterval: HEARTBEAT_MS,
  // A longer wait makes no message later, only the stop of an idle reader.
  maxWaitTimeInMs: 500,
  allowAutoTopicCreation: false,
  // Whoever reads is a supervised loop: it starts again with a backoff, and shows that it had to.
  retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
};
/** How often it is asked whether the topic still holds what comes next, and whether the broker answers at all. */
const CHECK_MS = 10_000;
const START_MS = 30_000;

/**
 * One reading of all partitions. The client reads in consumer groups only, so each reading is a group of its own with one
 * member: nobody shares the partitions with it, and nothing is ever committed. Where to read is kept in
 * {@link ReadingState} and set again at every join, so that an eviction neither repeats nor skips.
 */
export class TopicReading {
  private readonly groupId = `keyward-broadcaster-${randomUUID()}`;
  private consumer: Consumer | undefined;
  private readonly handoff = new Handoff<readonly ChangeLogMessage[]>();
  private check: NodeJS.Timeout | undefined;
  private isStopping = false;
  private isHandingOver = false;
  /** The next offset of the progress topic, and what it was at the last check. */
  private progressFrom = 0;
  private progressChecked = -1;

  constructor(private readonly parts: TopicReadingParts) {}

  async start(): Promise<void> {
    const { admin, topics } = this.parts;
    // Of the progress only what comes last counts.
    this.progressFrom = Math.max(0, ((await offsetBounds(admin, topics.progress)).end[0] ?? 0) - 1);
    await retrying(() => withDeadline(START_MS, 'joining', this.join()));
    if (!this.isStopping) this.check = setInterval(() => void this.checkBounds(), CHECK_MS).unref();
  }

  /** The client does not try a join again that failed, but calls it a crash, whatever the reason. */
  private async join(): Promise<void> {
    await letGo(this.consumer);
    if (this.isStopping) return;
    const { changes, progress } = this.parts.topics;
    const consumer = this.parts.kafka.consumer({ ...CONSUMER, groupId: this.groupId });
    this.consumer = consumer;
    const joined = this.whenJoined(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [changes, progress], fromBeginning: true });
    if (this.isStopping) return letGo(consumer);
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (batch) => this.take(batch),
    });
    await joined;
  }

  /** Every join forgets where the client was: it would go on with the oldest. A crash before the first one is its failure. */
  private whenJoined(consumer: Consumer): Promise<void> {
    const joined = new Promise<void>((resolve, reject) => {
      let fail: (error: Error) => void = reject;
      consumer.on(consumer.events.CRASH, ({ payload: { error } }) => fail(error));
      consumer.on(consumer.events.GROUP_JOIN, () => {
        this.seek(consumer);
        fail = (error) => this.fail('the consumer crashed', error);
        resolve();
      });
    });
    joined.catch(() => undefined);
    return joined;
  }

  /** Undefined when it was stopped. @throws ChangeLogTruncatedError, ChangeLogError UNAVAILABLE */
  next(): Promise<readonly ChangeLogMessage[] | undefined> {
    return this.handoff.take();
  }

  /** Makes {@link next} return. */
  interrupt(): void {
    this.handoff.close();
  }

  /** Intake first, then the handler, then the connection: the client waits for a handler for ever. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.check);
    this.handoff.close();
    await letGo(this.consumer);
    // Empty, it would go by itself after a while.
    await withDeadline(3_000, 'removing the group', this.parts.admin.deleteGroups([this.groupId])).catch(
      () => undefined,
    );
  }

  private seek(consumer: Consumer): void {
    const { topics, state } = this.parts;
    state.next.forEach((offset, partition) =>
      consumer.seek({ topic: topics.changes, partition, offset: String(offset) }),
    );
    consumer.seek({ topic: topics.progress, partition: 0, offset: String(this.progressFrom) });
  }

  /** The client's handler. It never throws: by the kind of the error the client would stop for good or go round for ever. */
  private async take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    if (this.isStopping) return;
    try {
      const messages = await this.read(batch);
      if (messages.length > 0) await this.handOver(messages, () => payload.heartbeat());
      if (!this.isStopping) payload.resolveOffset(batch.lastOffset());
    } catch (error) {
      this.fail('reading failed', error);
    }
  }

  private async read({ topic, partition, messages }: EachBatchPayload['batch']): Promise<ChangeLogMessage[]> {
    const { state, topics } = this.parts;
    if (topic === topics.progress) {
      this.progressFrom = Number(messages.at(-1)?.offset ?? this.progressFrom) + 1;
      return state.takeProgress(messages.map(({ value }) => value));
    }
    const first = Number(messages[0]?.offset ?? 0);
    // The client goes on with the oldest one kept where the next one is gone, and says so in its log alone.
    if (first > (state.next[partition] ?? 0)) await this.assertKept();
    return state.takeChanges(
      messages.map(({ offset, value }) => ({ partition, offset: Number(offset), value })),
    );
  }

  /** The group takes a member for dead that says nothing while its reader is slow. */
  private async handOver(
    messages: readonly ChangeLogMessage[],
    heartbeat: () => Promise<void>,
  ): Promise<void> {
    this.isHandingOver = true;
    const beat = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      await this.handoff.offer(messages);
    } finally {
      clearInterval(beat);
      this.isHandingOver = false;
    }
  }

  private async checkBounds(): Promise<void> {
    try {
      await this.assertKept();
      await this.assertMoving();
    } catch (error) {
      this.fail('the broker does not answer', error);
    }
  }

  /** A relay at work writes progress all the time, so a consumer that gets none has stopped without saying so. */
  private async assertMoving(): Promise<void> {
    const { end } = await offsetBounds(this.parts.admin, this.parts.topics.progress);
    const stands = this.progressFrom === this.progressChecked && (end[0] ?? 0) > this.progressFrom;
    if (stands && !this.isHandingOver)
      throw new ChangeLogError('UNAVAILABLE', 'Kafka: the consumer stands still');
    this.progressChecked = this.progressFrom;
  }

  private async assertKept(): Promise<void> {
    const { low, end } = await offsetBounds(this.parts.admin, this.parts.topics.changes);
    const missed = this.parts.state.missedIn(low, end);
    if (missed > 0) throw new ChangeLogTruncatedError(missed);
  }

  private fail(what: string, cause: unknown): void {
    if (this.isStopping) return;
    const error =
      cause instanceof ChangeLogError
        ? cause
        : new ChangeLogError('UNAVAILABLE', `Kafka: ${what}`, { cause });
    this.handoff.fail(error);
  }
}
