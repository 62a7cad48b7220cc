import { comparePositions, type LogPosition } from '@keyward/contracts';
import type { ChangeLogMessage } from '../change-log.port.js';
import { MalformedMessageError } from '../change-log.errors.js';
import { decodeKeyChange } from '../cloud-event.js';
import type { KeyChange } from '../key-change.js';
import { isReached, type Cut } from './cuts.js';
import { decodeProgress } from './progress-record.js';
import { SlotOrder } from './slot-order.js';

/** A message as it lies in the topic. */
export interface StoredMessage {
  readonly partition: number;
  readonly offset: number;
  readonly value: Buffer | null;
}

/** A message that is no key change. */
export interface Poison {
  readonly partition: number;
  readonly offset: number;
  /** Names fields and rules, never what stood there. */
  readonly reason: string;
  readonly bytes: number;
}

export interface ReadingOptions {
  readonly storeId: string;
  /** Where reading begins. */
  readonly from: Cut;
  /** Of each partition, when reading began. */
  readonly end: readonly number[];
  /** The relay had to come this far for the topic to be filled. */
  readonly filledAt: LogPosition;
  readonly onPoison: (poison: Poison) => void;
}

/** What one reading has seen, and what follows from it: no I/O. */
export class ReadingState {
  /** The offset to be read next, by partition. */
  readonly next: number[];
  private readonly order = new SlotOrder();
  /** Not reached yet: the first that came and the last. */
  private waiting: Cut[] = [];
  private poisons: Poison[] = [];
  private told: LogPosition;

  constructor(private readonly options: ReadingOptions) {
    this.next = options.end.map((_, partition) => options.from.offsets[partition] ?? 0);
    this.told = options.from.position;
  }

  /** Messages of one partition, as they lie there. What was taken before is passed over. */
  takeChanges(messages: readonly StoredMessage[]): ChangeLogMessage[] {
    const changes: KeyChange[] = [];
    for (const message of messages) {
      const { partition, offset } = message;
      if (offset < (this.next[partition] ?? 0)) continue;
      this.next[partition] = offset + 1;
      const change = this.decode(message);
      if (change && this.order.isNew(change)) changes.push(change);
    }
    const taken: ChangeLogMessage[] = changes.length > 0 ? [{ kind: 'changes', changes }] : [];
    return [...taken, ...this.progress()];
  }

  takeProgress(values: readonly (Buffer | null)[]): ChangeLogMessage[] {
    for (const value of values) {
      const cut = value === null ? undefined : decodeProgress(this.options.storeId, value.toString('utf8'));
      if (cut) this.waiting = [...this.waiting.slice(0, 1), cut];
    }
    return this.progress();
  }

  /** How many messages are gone, of the partition that lost most: what comes next was dropped, or the topic made anew. */
  missedIn(low: readonly number[], end: readonly number[]): number {
    const missed = this.next.map((next, partition) =>
      Math.max((low[partition] ?? 0) - next, next - (end[partition] ?? 0)),
    );
    return Math.max(0, ...missed);
  }

  private decode({ partition, offset, value }: StoredMessage): KeyChange | undefined {
    try {
      if (value === null) throw new MalformedMessageError('it has no value');
      return decodeKeyChange(this.options.storeId, value.toString('utf8'));
    } catch (error) {
      // Whatever it was: an error that leaves the handler would end the consumer for good.
      const reason = error instanceof MalformedMessageError ? error.problem : 'it could not be decoded';
      const poison = { partition, offset, reason, bytes: value?.length ?? 0 };
      this.poisons.push(poison);
      this.options.onPoison(poison);
      return undefined;
    }
  }

  private progress(): ChangeLogMessage[] {
    const reached = this.waiting.filter((cut) => isReached(cut, this.next));
    this.waiting = this.waiting.filter((cut) => !reached.includes(cut));
    return reached.flatMap((cut) => this.tell(cut));
  }

  private tell({ position, offsets }: Cut): ChangeLogMessage[] {
    // What a relay says that was replaced lies behind, and is as true as it was.
    if (comparePositions(position, this.told) < 0) return [];
    this.told = position;
    const { end, filledAt } = this.options;
    const caughtUp =
      comparePositions(position, filledAt) >= 0 && isReached({ position, offsets: end }, this.next);
    // Only now it is known up to where the change may have been that could not be read.
    const isBelow = ({ partition, offset }: Poison): boolean => offset < (offsets[partition] ?? 0);
    const missed = this.poisons.some(isBelow);
    this.poisons = this.poisons.filter((poison) => !isBelow(poison));
    return [
      ...(missed ? [{ kind: 'missed' as const, position }] : []),
      { kind: 'progress', position, caughtUp },
    ];
  }
}
