import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import type { ChangeLogMessage, ChangeLogReader, ChangeLogWriter, RelayStart } from '../change-log.port.js';
import { ChangeLogTruncatedError } from '../change-log.errors.js';
import type { KeyChange } from '../key-change.js';
import { WakeUp } from './wake-up.js';

export interface MemoryChangeLogOptions {
  /** How many changes are kept; about 0.6 kB each. Default 10,000. */
  readonly retain?: number;
}

export const DEFAULT_RETAINED_CHANGES = 10_000;

/** How many changes one message carries at most: reading a full log must not hold up the event loop. */
const BATCH = 250;

/**
 * The change log inside one process: ordered, replayable, the last changes kept. Nothing leaves the
 * process, so no messages are made: what is kept are the very changes, shared with their readers.
 * A reader is a number, its place: a slow one costs nothing, but is told when it fell behind.
 */
export class MemoryChangeLog implements ChangeLogWriter, ChangeLogReader {
  readonly inLogOrder = true;
  readonly backfill: number;

  private readonly ring: KeyChange[] = [];
  private readonly wakeUp = new WakeUp();
  /** How many changes were ever appended: the place of the next one. */
  private end = 0;
  private start: RelayStart | null = null;
  private relayedTo: LogPosition | null = null;
  private truncated: LogPosition | null = null;

  constructor({ retain = DEFAULT_RETAINED_CHANGES }: MemoryChangeLogOptions = {}) {
    this.backfill = retain;
  }

  async checkpoint(): Promise<LogPosition | null> {
    return this.relayedTo ?? this.start?.after ?? null;
  }

  async begin(start: RelayStart): Promise<void> {
    this.start = start;
    if (comparePositions(start.after, START_OF_LOG) > 0) this.truncated = start.after;
  }

  async append(changes: readonly KeyChange[]): Promise<void> {
    for (const change of changes) this.keep(change);
    this.wakeUp.all();
  }

  async saveCheckpoint(position: LogPosition): Promise<void> {
    if (this.relayedTo !== null && comparePositions(position, this.relayedTo) <= 0) return;
    this.relayedTo = position;
    this.wakeUp.all();
  }

  async truncatedBefore(): Promise<LogPosition | null> {
    return this.truncated;
  }

  async *read(signal: AbortSignal): AsyncGenerator<ChangeLogMessage, void, undefined> {
    let place = this.oldest;
    let told: LogPosition | null = null;
    while (!signal.aborted) {
      if (place < this.oldest) throw new ChangeLogTruncatedError(this.oldest - place);
      if (place < this.end) {
        const changes = this.batch(place);
        place += changes.length;
        yield { kind: 'changes', changes };
      } else if (this.relayedTo !== told) {
        told = this.relayedTo;
        yield { kind: 'progress', position: told!, caughtUp: this.filled };
      } else {
        await this.wakeUp.next(signal);
      }
    }
  }

  private get oldest(): number {
    return Math.max(0, this.end - this.backfill);
  }

  /** Before that, readers must not take the little there is for all there is. */
  private get filled(): boolean {
    if (this.start === null || this.relayedTo === null) return false;
    return comparePositions(this.relayedTo, this.start.head) >= 0;
  }

  private keep(change: KeyChange): void {
    const slot = this.end % this.backfill;
    const dropped = this.ring[slot];
    if (dropped && (this.truncated === null || comparePositions(dropped.position, this.truncated) > 0)) {
      this.truncated = dropped.position;
    }
    this.ring[slot] = change;
    this.end++;
  }

  private batch(from: number): KeyChange[] {
    const changes: KeyChange[] = [];
    const to = Math.min(this.end, from + BATCH);
    for (let place = from; place < to; place++) {
      changes.push(this.ring[place % this.backfill]!);
    }
    return changes;
  }
}
