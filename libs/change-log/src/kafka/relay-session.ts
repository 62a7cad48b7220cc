import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { ChangeLogError } from '../change-log.errors.js';
import type { RelayStart } from '../change-log.port.js';
import type { KeyChange } from '../key-change.js';
import type { ChangeProducer, Sent } from './change-producer.js';
import { advance, type Cut } from './cuts.js';
import { PROGRESS_KEY, encodeProgress } from './progress-record.js';
import type { RelayCheckpoints } from './relay-checkpoints.js';

export interface SessionOptions {
  readonly relay: string;
  readonly storeId: string;
  readonly progressTopic: string;
  /** How many changes a reader wants to begin with. */
  readonly window: number;
  /** How long another relay waits for a sign of life before it takes over. */
  readonly leaseMs: number;
}

export interface SessionParts {
  readonly producer: ChangeProducer;
  readonly checkpoints: RelayCheckpoints;
  /** Of the checkpoint in the event log that this session goes on from. */
  readonly revision: bigint | 'no_stream';
  readonly start: RelayStart | null;
  readonly cuts: readonly Cut[];
  /** The next offset of each partition, as the broker said. */
  readonly end: readonly number[];
}

/** A change log that was never begun is at the start of the log. */
const NOTHING: RelayStart = { after: START_OF_LOG, head: START_OF_LOG };
/** At most so many changes are sent again after a crash, or those of so long. */
const CHANGES_PER_CHECKPOINT = 1_000;
const CHECKPOINT_MS = 5_000;
const MAX_SEND = 500;

/** The time of one relay as the one that relays: it begins with the fence and ends with any failure. */
export class RelaySession {
  /** Where partitions ended that were seen to have lost their end. */
  readonly lost = new Map<number, number>();
  private revision: bigint | 'no_stream';
  private start: RelayStart | null;
  private cuts: readonly Cut[];
  private readonly offsets: number[];
  private unsaved = 0;
  private savedAt = performance.now();
  private heardOfFenceAt = performance.now();
  private saving: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;
  private failure: Error | undefined;

  constructor(
    private readonly parts: SessionParts,
    private readonly options: SessionOptions,
  ) {
    this.revision = parts.revision;
    this.start = parts.start;
    this.cuts = parts.cuts;
    this.offsets = [...parts.end];
    this.timer = setInterval(() => void this.beat(), options.leaseMs / 5).unref();
  }

  /** How far everything has been relayed; null before {@link begin}. */
  get position(): LogPosition | null {
    return this.cuts.at(-1)?.position ?? null;
  }

  get failed(): boolean {
    return this.failure !== undefined;
  }

  async begin(start: RelayStart): Promise<void> {
    this.start = start;
    this.cuts = [{ position: start.after, offsets: [...this.offsets] }];
    await this.save();
    await this.tellProgress();
  }

  async append(changes: readonly KeyChange[]): Promise<void> {
    const size = Math.min(MAX_SEND, Math.max(1, Math.floor(this.options.window / 4)));
    for (let from = 0; from < changes.length; from += size) {
      await this.checkFence();
      const part = changes.slice(from, from + size);
      for (const sent of await this.parts.producer.sendChanges(part)) this.count(sent);
      this.unsaved += part.length;
      this.moveTo(part.at(-1)!.position);
    }
    if (this.unsaved >= CHANGES_PER_CHECKPOINT) await this.save();
  }

  async reach(position: LogPosition): Promise<void> {
    this.moveTo(position);
    await this.tellProgress();
  }

  /** @throws ChangeLogError RELAY_FENCED */
  async save(released = false): Promise<void> {
    this.saving = this.saving.catch(() => undefined).then(() => this.saveNow(released));
    await this.saving;
  }

  /** @param failure why it can relay no more */
  async end(failure: Error = new ChangeLogError('UNAVAILABLE', 'the change log was closed')): Promise<void> {
    clearInterval(this.timer);
    this.failure ??= failure;
    await this.parts.producer.close();
  }

  /** @throws what ended the session */
  assertAlive(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private async saveNow(released: boolean): Promise<void> {
    this.assertAlive();
    const { relay } = this.options;
    const unsaved = this.unsaved;
    const checkpoint = { relay, released, start: this.start ?? NOTHING, cuts: this.cuts };
    this.revision = await this.parts.checkpoints.save(checkpoint, this.revision);
    this.unsaved -= unsaved;
    this.savedAt = this.heardOfFenceAt = performance.now();
  }

  /** Changes appended again are no progress: the place never moves back. */
  private moveTo(position: LogPosition): void {
    const last = this.position;
    if (last && comparePositions(position, last) <= 0) return;
    this.cuts = advance(this.cuts, { position, offsets: [...this.offsets] }, this.options.window);
  }

  private count({ partition, base, count }: Sent): void {
    const known = this.offsets[partition] ?? 0;
    this.offsets[partition] = base + count;
    if (base < known) {
      this.lost.set(partition, base);
      throw new ChangeLogError(
        'UNAVAILABLE',
        `Kafka lost messages that it had acknowledged, of partition ${partition}`,
      );
    }
  }

  /**
   * Whoever was frozen for longer than the lease may have been replaced. Without this it would send what it had in hand;
   * no harm, as readers drop it, but no use either.
   */
  private async checkFence(): Promise<void> {
    this.assertAlive();
    if (performance.now() - this.heardOfFenceAt < this.options.leaseMs) return;
    const saved = await this.parts.checkpoints.load();
    if ((saved?.revision ?? 'no_stream') !== this.revision)
      throw new ChangeLogError('RELAY_FENCED', 'another relay has taken over');
    this.heardOfFenceAt = performance.now();
  }

  /** The sign of life that other relays wait for, and readers too. */
  private async beat(): Promise<void> {
    if (this.position === null) return;
    try {
      if (this.unsaved > 0 && performance.now() - this.savedAt >= CHECKPOINT_MS) await this.save();
      else await this.checkFence();
    } catch (error) {
      return this.end(error as Error);
    }
    // A broker that cannot be reached: the next append will say so.
    await this.tellProgress().catch(() => undefined);
  }

  private async tellProgress(): Promise<void> {
    const value = encodeProgress(this.options.storeId, this.cuts.at(-1)!);
    await this.parts.producer.send(this.options.progressTopic, [{ key: PROGRESS_KEY, value, partition: 0 }]);
  }
}
