import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import { sleep } from '@keyward/runtime';
import type { Admin } from 'kafkajs';
import type { ChangeLogMessage, ChangeLogReader } from '../change-log.port.js';
import { isBefore, startOfWindow, type Cut } from './cuts.js';
import { DeadLetters } from './dead-letters.js';
import { createKafka, letGo, untilAborted, withDeadline } from './kafka-client.js';
import { DEFAULT_WINDOW } from './kafka-change-log-writer.js';
import type { KafkaAddress } from './kafka-url.js';
import { ReadingState } from './reading-state.js';
import { RelayCheckpoints, type RelayCheckpoint } from './relay-checkpoints.js';
import { TopicReading } from './topic-reading.js';
import { offsetBounds, topicNames } from './topics.js';

export interface KafkaReaderOptions {
  readonly address: KafkaAddress;
  /** Holds the relay's checkpoint, which says where a window of changes begins. */
  readonly store: EventStore;
  /** How many past changes a reading begins with, at least; the whole topic may be long. @defaultValue 10,000 */
  readonly window?: number;
  /** Called for each message that could not be read. */
  readonly onPoison?: () => void;
}

interface Beginning {
  readonly checkpoint: RelayCheckpoint;
  readonly from: Cut;
  readonly end: readonly number[];
}

const CONNECT_MS = 15_000;
/** While the relay has not begun. */
const POLL_MS = 500;

/** The broadcaster's side of a Kafka topic. */
export class KafkaChangeLogReader implements ChangeLogReader {
  /** Partitions come in any order. */
  readonly inLogOrder = false;
  private readonly window: number;
  private readonly topics: ReturnType<typeof topicNames>;
  private readonly checkpoints: RelayCheckpoints;
  private begunAt: LogPosition | undefined;

  constructor(private readonly options: KafkaReaderOptions) {
    this.window = options.window ?? DEFAULT_WINDOW;
    this.topics = topicNames(options.address.topic);
    this.checkpoints = new RelayCheckpoints(options.store, options.address.topic);
  }

  async truncatedBefore(): Promise<LogPosition | null> {
    const from = this.begunAt ?? (await this.wouldBeginAt());
    return from !== undefined && isBefore(START_OF_LOG, from) ? from : null;
  }

  async *read(signal: AbortSignal): AsyncGenerator<ChangeLogMessage, void, undefined> {
    const { address, store, onPoison } = this.options;
    const kafka = createKafka(address);
    const admin = kafka.admin();
    const deadLetters = new DeadLetters(
      kafka,
      this.topics.dead,
      this.topics.changes,
      onPoison ?? (() => undefined),
    );
    let reading: TopicReading | undefined;
    const interrupt = (): void => reading?.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      await untilAborted(signal, withDeadline(CONNECT_MS, 'connecting', admin.connect()));
      const beginning = await this.waitForBeginning(admin, signal);
      if (!beginning) return;
      this.begunAt = beginning.from.position;
      const state = new ReadingState({
        storeId: store.storeId,
        from: beginning.from,
        end: beginning.end,
        filledAt: beginning.checkpoint.start.head,
        onPoison: (poison) => deadLetters.report(poison),
      });
      reading = new TopicReading({ kafka, admin, topics: this.topics, state });
      await untilAborted(signal, reading.start());
      while (!signal.aborted) {
        const messages = await reading.next();
        if (!messages) return;
        yield* messages;
      }
    } finally {
      signal.removeEventListener('abort', interrupt);
      await Promise.all([reading?.stop(), deadLetters.close()]);
      await letGo(admin);
    }
  }

  /** Undefined when the signal aborted first. */
  private async waitForBeginning(admin: Admin, signal: AbortSignal): Promise<Beginning | undefined> {
    while (!signal.aborted) {
      const beginning = await this.findBeginning(admin);
      if (beginning) return beginning;
      await sleep(POLL_MS, signal);
    }
    return undefined;
  }

  /** Undefined while no relay has begun, or the one that has is behind what the topic still keeps. */
  private async findBeginning(admin: Admin): Promise<Beginning | undefined> {
    const checkpoint = await this.checkpoints.load();
    if (!checkpoint) return undefined;
    const { low, end } = await offsetBounds(admin, this.topics.changes);
    const from = startOfWindow(checkpoint.cuts, this.window, low);
    return from && { checkpoint, from, end };
  }

  private async wouldBeginAt(): Promise<LogPosition | undefined> {
    const admin: Admin = createKafka(this.options.address).admin();
    if (!(await this.checkpoints.load())) return undefined;
    try {
      await withDeadline(CONNECT_MS, 'connecting', admin.connect());
      return (await this.findBeginning(admin))?.from.position;
    } finally {
      await letGo(admin);
    }
  }
}
