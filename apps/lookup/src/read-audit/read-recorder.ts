import { setImmediate as nextTurn } from 'node:timers/promises';
import { KeywardError } from '@keyward/contracts';
import type { Clock, Ids } from '@keyward/runtime';
import {
  HandOutCounts,
  factsOf,
  minuteOf,
  type HandOutCell,
  type HandOutFacts,
  type HandedOutKey,
} from './hand-out-counts.js';
import { keyReadEvents, noteOf, type KeyReadEvent } from './key-read-events.js';
import type { ReadAuditReport } from './read-audit.report.js';
import type { BatchToSeal, ReadsJournal } from './reads-journal.js';

/** What to do with a key whose hand-out cannot be recorded: keep it, or hand it out and alarm. */
export type WhenUnrecorded = 'refuse' | 'alarm';

/** What one answer hands out. */
export interface Recording {
  /** Subject of the worker's token. */
  readonly worker: string;
  readonly keys: readonly HandedOutKey[];
  /** Longest wait for the disk, in milliseconds. */
  readonly patienceMs: number;
}

export interface RecorderParts {
  readonly journal: ReadsJournal;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly report: ReadAuditReport;
  readonly whenUnrecorded: WhenUnrecorded;
  /** What may wait for the event log, in bytes. */
  readonly backlogBytes: number;
}

/** So that an interval's events are a matter of a few megabytes: then it is over early. */
const NOTES_PER_INTERVAL = 10_000;
/** As many as may come while an interval cannot be ended. */
const MAX_NOTES = 2 * NOTES_PER_INTERVAL;
/** After a failure, until the disk is asked again. */
const PAUSE_MS = 1_000;
const ALARM_PATIENCE_MS = 250;
const RETRY_AFTER_SECONDS = 5;

/** An answer that waits until its hand-outs are on disk. */
interface Waiter {
  readonly facts: readonly HandOutFacts[];
  readonly at: number;
  settle(error?: Error): void;
  isOver: boolean;
}

/**
 * Counts hand-outs. The first of a minute is on disk before the key leaves: all that come within a turn of the event
 * loop, or while the disk is busy, share one write. All others are an addition in memory, so that what a crash can lose
 * is how often, since the last event, and never that.
 */
export class ReadRecorder {
  private counts = new HandOutCounts();
  private queue: Waiter[] = [];
  private notes = 0;
  private isRunning = false;
  private sealing: { readonly batch: BatchToSeal; readonly events: readonly KeyReadEvent[] } | undefined;
  private sealed: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  private failedAt = Number.NEGATIVE_INFINITY;
  private lastFailure: string | undefined;

  constructor(private readonly parts: RecorderParts) {}

  /** What is wrong, as the end of "the read audit ..."; undefined when nothing is. */
  get problem(): string | undefined {
    if (this.lastFailure !== undefined) return `cannot put on disk what is handed out (${this.lastFailure})`;
    if (this.isFull()) return 'has more waiting for the event log than KEYWARD_READ_AUDIT_BACKLOG allows';
    return undefined;
  }

  /**
   * At once where nothing has to be written, as for all but the first hand-out of a minute.
   * @throws KeywardError UNAVAILABLE, by rejection, when the key must not be handed out
   */
  record({ worker, keys, patienceMs }: Recording): Promise<void> | undefined {
    const at = this.parts.clock.now().getTime();
    const minute = minuteOf(at);
    const cells: HandOutCell[] = [];
    for (const key of keys) {
      const cell = this.counts.find(worker, key);
      if (cell?.noted !== minute) return this.recordFirst({ worker, keys, patienceMs }, at);
      cells.push(cell);
    }
    for (const cell of cells) cell.add(at, minute);
    return undefined;
  }

  /** Ends the interval: what was counted becomes events that wait for the event log. */
  seal(): Promise<void> {
    this.sealed ??= withResolvers();
    const { promise } = this.sealed;
    this.wake();
    return promise;
  }

  private async recordFirst({ worker, keys, patienceMs }: Recording, at: number): Promise<void> {
    const facts = keys.map((key) => factsOf(worker, key));
    if (this.isFull()) return this.unrecorded(keys.length);
    if (this.parts.clock.monotonicMs() - this.failedAt < PAUSE_MS) return this.unsafe(facts, at);
    return this.wait(facts, at, patienceMs);
  }

  private wait(facts: readonly HandOutFacts[], at: number, patienceMs: number): Promise<void> {
    const { whenUnrecorded } = this.parts;
    const longest = whenUnrecorded === 'alarm' ? Math.min(patienceMs, ALARM_PATIENCE_MS) : patienceMs;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        facts,
        at,
        isOver: false,
        settle: (failure) => {
          if (waiter.isOver) return;
          waiter.isOver = true;
          clearTimeout(timer);
          if (failure) this.unsafe(facts, at).then(resolve, reject);
          else resolve();
        },
      };
      const timer = setTimeout(() => waiter.settle(new Error('The disk is busy')), longest);
      this.queue.push(waiter);
      this.wake();
    });
  }

  private wake(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run();
  }

  /** One thing at a time: so nothing is counted in an interval that is over. */
  private async run(): Promise<void> {
    await nextTurn();
    for (;;) {
      if (this.queue.length > 0) await this.writeNotes();
      else if (this.sealed) await this.endInterval(this.sealed.resolve);
      else break;
    }
    this.isRunning = false;
  }

  private async writeNotes(): Promise<void> {
    const waiters = this.queue;
    this.queue = [];
    const notes = this.notesOf(waiters);
    try {
      await this.parts.journal.note(notes.join(''));
    } catch (error) {
      this.failed(error);
      for (const waiter of waiters) waiter.settle(error as Error);
      return;
    }
    this.succeeded();
    this.notes += notes.length;
    if (this.notes >= NOTES_PER_INTERVAL) this.sealed ??= withResolvers();
    for (const waiter of waiters) {
      this.count(waiter);
      waiter.settle();
    }
  }

  private notesOf(waiters: readonly Waiter[]): string[] {
    const notes = new Map<HandOutCell, string>();
    for (const { facts, at } of waiters) {
      for (const one of facts) {
        const cell = this.counts.of(one);
        if (cell.noted !== minuteOf(at)) notes.set(cell, noteOf(one, at));
      }
    }
    return [...notes.values()];
  }

  /** Who did not wait so long was refused, or is counted already. */
  private count({ facts, at, isOver }: Waiter): void {
    const minute = minuteOf(at);
    for (const one of facts) {
      const cell = this.counts.of(one);
      cell.noted = minute;
      if (!isOver) cell.add(at, minute);
    }
  }

  private async endInterval(resolve: () => void): Promise<void> {
    const { journal, clock, ids, whenUnrecorded } = this.parts;
    this.sealed = undefined;
    this.sealing ??= { batch: journal.turn(), events: keyReadEvents(this.takeCounts(), clock.now(), ids) };
    const { batch, events } = this.sealing;
    try {
      await journal.seal(batch, events);
      this.sealing = undefined;
      if (events.length > 0) this.succeeded();
    } catch (error) {
      this.failed(error);
      if (whenUnrecorded === 'alarm') {
        await journal.hold(batch, events);
        this.sealing = undefined;
      }
    }
    resolve();
  }

  private takeCounts(): HandOutCounts {
    const { counts } = this;
    this.counts = new HandOutCounts();
    this.notes = 0;
    return counts;
  }

  private isFull(): boolean {
    const { journal, backlogBytes } = this.parts;
    return journal.pendingBytes >= backlogBytes || this.notes >= MAX_NOTES || this.counts.size >= MAX_NOTES;
  }

  /** Not on disk, and in memory only. */
  private async unsafe(facts: readonly HandOutFacts[], at: number): Promise<void> {
    if (this.parts.whenUnrecorded === 'refuse') throw this.refusal(facts.length);
    for (const one of facts) this.counts.of(one).add(at, minuteOf(at));
    this.parts.report.unsafe(facts.length);
  }

  /** Nowhere. */
  private async unrecorded(keys: number): Promise<void> {
    if (this.parts.whenUnrecorded === 'refuse') throw this.refusal(keys);
    this.parts.report.lost(keys);
  }

  private refusal(keys: number): KeywardError {
    this.parts.report.refused(keys);
    return new KeywardError(
      'UNAVAILABLE',
      'Keys are handed out only where that can be recorded, and now it cannot. The operators of Keyward were told: try again later.',
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }

  private failed(error: unknown): void {
    this.failedAt = this.parts.clock.monotonicMs();
    const { code, name } = error as { readonly code?: unknown; readonly name: string };
    this.lastFailure = typeof code === 'string' ? code : name;
    this.parts.report.diskFailed(this.lastFailure);
  }

  private succeeded(): void {
    // A few bytes may still find room where an interval's events did not.
    if (this.sealing) return;
    this.lastFailure = undefined;
    this.failedAt = Number.NEGATIVE_INFINITY;
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
