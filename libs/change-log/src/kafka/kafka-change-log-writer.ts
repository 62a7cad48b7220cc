import { randomUUID } from 'node:crypto';
import type { LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import type { Kafka } from 'kafkajs';
import { ChangeLogError } from '../change-log.errors.js';
import type { ChangeLogWriter, CheckpointOptions, RelayStart } from '../change-log.port.js';
import type { KeyChange } from '../key-change.js';
import { ChangeProducer } from './change-producer.js';
import { newestHeld } from './cuts.js';
import { createKafka, letGo, withDeadline } from './kafka-client.js';
import type { KafkaAddress } from './kafka-url.js';
import { RelayCheckpoints, type RecordedCheckpoint } from './relay-checkpoints.js';
import { RelayLease } from './relay-lease.js';
import { RelaySession } from './relay-session.js';
import { ensureTopics, offsetBounds, topicNames } from './topics.js';

export interface KafkaWriterOptions {
  readonly address: KafkaAddress;
  /** Keeps the relay's checkpoint. */
  readonly store: EventStore;
  /** How many changes readers begin with; as many are relayed into an empty topic. @defaultValue 10,000 */
  readonly window?: number;
  /** See RelaySession. @defaultValue 5 s */
  readonly leaseMs?: number;
}

export const DEFAULT_WINDOW = 10_000;
const DEFAULT_LEASE_MS = 5_000;
const CONNECT_MS = 15_000;
const NOT_BEGUN = 'the checkpoint was not asked for, or the relay failed since';

/** The relay's side of a Kafka topic. */
export class KafkaChangeLogWriter implements ChangeLogWriter {
  readonly backfill: number;
  private readonly relay = randomUUID();
  private readonly kafka: Kafka;
  private readonly checkpoints: RelayCheckpoints;
  private readonly leaseMs: number;
  private session: RelaySession | undefined;
  /** Of sessions that saw Kafka lose what it had acknowledged: what came after it there does not make up for it. */
  private lost = new Map<number, number>();
  private readonly lease: RelayLease;
  private readonly topics: ReturnType<typeof topicNames>;

  constructor(private readonly options: KafkaWriterOptions) {
    this.backfill = options.window ?? DEFAULT_WINDOW;
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
    this.kafka = createKafka(options.address);
    this.topics = topicNames(options.address.topic);
    this.checkpoints = new RelayCheckpoints(options.store, options.address.topic);
    this.lease = new RelayLease(this.relay, this.checkpoints, this.leaseMs);
  }

  /**
   * Makes and checks the topics, waits until no other relay is at work, and takes over from it.
   * @throws ChangeLogError SETUP, UNAVAILABLE, or RELAY_FENCED when another one was faster
   */
  async checkpoint(options: CheckpointOptions = {}): Promise<LogPosition | null> {
    await this.leave();
    const admin = this.kafka.admin();
    try {
      await withDeadline(CONNECT_MS, 'connecting', admin.connect());
      const partitions = await ensureTopics(admin, this.options.address);
      const last = await this.lease.wait(
        async () => (await offsetBounds(admin, this.topics.progress)).end[0],
        options,
      );
      const { end } = await offsetBounds(admin, this.topics.changes);
      return await this.takeOver(last, partitions, end);
    } finally {
      await letGo(admin);
    }
  }

  async begin(start: RelayStart): Promise<void> {
    await this.inSession((session) => session.begin(start));
  }

  async append(changes: readonly KeyChange[]): Promise<void> {
    await this.inSession((session) => session.append(changes));
  }

  async saveCheckpoint(position: LogPosition): Promise<void> {
    await this.inSession((session) => session.reach(position));
  }

  /** Lets another relay go on at once. */
  async close(): Promise<void> {
    await this.leave();
  }

  /** What the next one needs is saved, where that is still possible; else it repeats the last changes. */
  private async leave(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    if (!session) return;
    for (const [partition, offset] of session.lost) this.lost.set(partition, offset);
    if (session.position !== null && !session.failed)
      await withDeadline(CONNECT_MS, 'saving the checkpoint', session.save(true)).catch(() => undefined);
    await session.end();
  }

  private async takeOver(
    last: RecordedCheckpoint | null,
    partitions: number,
    end: readonly number[],
  ): Promise<LogPosition | null> {
    const { store, address } = this.options;
    const trusted = end.map((offset, partition) => Math.min(offset, this.lost.get(partition) ?? offset));
    const held = last ? newestHeld(last.cuts, trusted) : undefined;
    const producer = await ChangeProducer.connect(this.kafka, address.topic, partitions, store.storeId);
    const session = new RelaySession(
      {
        producer,
        checkpoints: this.checkpoints,
        revision: last?.revision ?? 'no_stream',
        start: held ? last!.start : null,
        cuts: held ? last!.cuts.slice(0, last!.cuts.indexOf(held) + 1) : [],
        end,
      },
      {
        relay: this.relay,
        storeId: store.storeId,
        progressTopic: this.topics.progress,
        window: this.backfill,
        leaseMs: this.leaseMs,
      },
    );
    this.session = session;
    // Without this the one before could go on saving.
    if (held) await this.inSession((mine) => mine.save());
    this.lost = new Map();
    return session.position;
  }

  /** After a failure it is not known what was sent: the next one asks for the checkpoint first. */
  private async inSession(work: (session: RelaySession) => Promise<void>): Promise<void> {
    const { session } = this;
    if (!session) throw new ChangeLogError('UNAVAILABLE', NOT_BEGUN);
    session.assertAlive();
    try {
      await work(session);
    } catch (error) {
      await session.end(error as Error);
      throw error;
    }
  }
}
