import { EventEmitter, once, setMaxListeners } from 'node:events';
import type { RemoteLedger } from '@keyward/audit/lean';
import { KeywardError, START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { UnreadableEventError } from '@keyward/domain';
import { isEventStoreError, type EventStore, type RecordedEvent } from '@keyward/event-store';
import { Breather } from './follow/breather.js';
import { followLog, type HistoryObserver } from './follow/follow-log.js';
import {
  HistoryIndexError,
  type HistoryIndex,
  type HistoryPage,
  type HistoryQuery,
  type AsOfPosition,
  type KeyUses,
  type LastEntries,
  type LastEntriesQuery,
  type LastUses,
} from './history-index.port.js';

/** How fresh an answer must be: as the log is now, as it was at a position, or as the index happens to be. */
export type Freshness =
  | { readonly kind: 'fully_consistent' }
  | { readonly kind: 'at_least_as_fresh'; readonly position: LogPosition; readonly field: string }
  | { readonly kind: 'minimize_latency' };

/** What is told to metrics and to whoever keeps the history going. */
export interface HistoryReport {
  rebuilding(): void;
  applied(events: number): void;
  caughtUp(): void;
  /** The log is followed no more, for now or for good. */
  ended(): void;
}

export interface HistoryParts {
  readonly events: EventStore;
  /** @param discard whether what is on disk is thrown away first */
  readonly open: (discard: boolean) => Promise<HistoryIndex>;
  readonly report: HistoryReport;
}

/** Between two looks at a busy log: each costs the event loop, whatever it brings. */
const BREATHER_MS = 50;
const RETRY_AFTER_SECONDS = 1;
const NOT_OPEN = 'is being opened';

/** The history of organizations, kept up to date with the log. */
export class History {
  private readonly moves = setUnlimited(new EventEmitter());
  private readonly breather = new Breather(BREATHER_MS);
  private index: HistoryIndex | undefined;
  /** Ends the following of the log when a reader finds that the index cannot be used. */
  private broken = new AbortController();
  private reached: LogPosition = START_OF_LOG;
  /** Whether what is on disk was found to be damaged. */
  private isLost = false;
  private missing: string | undefined = NOT_OPEN;
  /** Where the log ended when it was begun to be read: what the progress is measured by. */
  private goal: LogPosition = START_OF_LOG;

  constructor(private readonly parts: HistoryParts) {}

  /** What is wrong, as the end of "the history ..."; undefined when nothing is. */
  get problem(): string | undefined {
    return this.missing && this.missing + this.progress();
  }

  /**
   * Keeps the index up to date until the signal aborts. To be called again when it fails.
   * @param progress told whenever everything is there
   */
  async follow(signal: AbortSignal, progress: () => void = () => undefined): Promise<void> {
    const { events, report } = this.parts;
    const broken = (this.broken = new AbortController());
    let index: HistoryIndex | undefined;
    try {
      index = await this.parts.open(this.isLost);
      this.isLost = false;
      this.goal = await events.head();
      this.missing = 'is being read from the event log';
      this.index = index;
      await followLog(
        events,
        index,
        this.observer(report, progress),
        AbortSignal.any([signal, broken.signal]),
      );
      broken.signal.throwIfAborted();
    } catch (error) {
      this.isLost ||= error instanceof HistoryIndexError && error.code === 'LOST';
      this.missing = problemOf(error);
      throw error;
    } finally {
      this.index = undefined;
      this.reached = START_OF_LOG;
      this.missing ??= NOT_OPEN;
      report.ended();
      await index?.close();
    }
  }

  /** @throws KeywardError UNAVAILABLE, STALE_READ_MODEL, INVALID_REQUEST, UNKNOWN_ORGANIZATION */
  read(query: HistoryQuery, freshness: Freshness, timeoutMs: number): Promise<HistoryPage> {
    return this.askOfOne(freshness, timeoutMs, (index) => index.read(query));
  }

  /**
   * How the organization, its projects and their slots stand, or stood at a moment.
   * @throws KeywardError as {@link read}
   */
  lastOfEach(query: LastEntriesQuery, freshness: Freshness, timeoutMs: number): Promise<LastEntries> {
    return this.askOfOne(freshness, timeoutMs, (index) => index.lastOfEach(query));
  }

  /**
   * Told of each event when it can be read here. It may be told of one again, and of old ones while the history is made
   * anew: what it has to know, it reads.
   */
  onApplied(listener: (event: RecordedEvent) => void): () => void {
    this.moves.on('applied', listener);
    return () => this.moves.off('applied', listener);
  }

  /**
   * Asks the audit ledger, which is fed together with the index.
   * @throws KeywardError UNAVAILABLE, STALE_READ_MODEL, INVALID_REQUEST
   */
  audit<T>(
    freshness: Freshness,
    timeoutMs: number,
    question: (ledger: RemoteLedger) => Promise<T>,
  ): Promise<T> {
    return this.ask(freshness, timeoutMs, (index) => question(index.audit));
  }

  /**
   * Who was given the organization's key for an integration.
   * @throws KeywardError as {@link read}
   */
  uses(
    slot: { readonly organizationId: string; readonly integrationId: string },
    freshness: Freshness,
    timeoutMs: number,
  ): Promise<KeyUses & AsOfPosition> {
    return this.askOfOne(freshness, timeoutMs, (index) =>
      index.uses(slot.organizationId, slot.integrationId),
    );
  }

  /** As the index happens to be; undefined while there is none to ask: what is shown beside something else can wait. */
  async lastUses(keyIds: readonly string[]): Promise<LastUses | undefined> {
    const { index } = this;
    if (!index || this.missing !== undefined) return undefined;
    return index.lastUses(keyIds).catch((error: unknown) => {
      if (index === this.index) this.giveUp(error);
      return undefined;
    });
  }

  private async ask<T>(
    freshness: Freshness,
    timeoutMs: number,
    question: (index: HistoryIndex) => Promise<T>,
  ): Promise<T> {
    const index = await this.fresh(freshness, timeoutMs);
    return question(index).catch((error: unknown) => {
      if (index === this.index) this.giveUp(error);
      throw this.unavailable(error);
    });
  }

  private async askOfOne<T extends { readonly known: boolean }>(
    freshness: Freshness,
    timeoutMs: number,
    question: (index: HistoryIndex) => Promise<T>,
  ): Promise<T> {
    const answer = await this.ask(freshness, timeoutMs, question);
    if (answer.known) return answer;
    throw new KeywardError(
      'UNKNOWN_ORGANIZATION',
      'There is no such organization. Register it first, or check its id.',
    );
  }

  /** Until the log is followed again nobody is answered. */
  private giveUp(error: unknown): void {
    this.index = undefined;
    this.missing = problemOf(error);
    this.broken.abort(error);
  }

  private async fresh(freshness: Freshness, timeoutMs: number): Promise<HistoryIndex> {
    const position = await this.positionToReach(freshness);
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const { index } = this;
      if (index && this.missing === undefined && comparePositions(this.reached, position) >= 0) return index;
      const moved = once(this.moves, 'moved', { signal: deadline });
      this.breather.cut();
      await moved.catch(() => {
        throw this.missing === undefined ? notReachedInTime() : this.unavailable();
      });
    }
  }

  private async positionToReach(freshness: Freshness): Promise<LogPosition> {
    if (freshness.kind === 'minimize_latency') return START_OF_LOG;
    if (freshness.kind === 'at_least_as_fresh' && comparePositions(this.reached, freshness.position) >= 0)
      return freshness.position;
    const head = await this.parts.events.head().catch((error: unknown) => {
      throw unavailable('The event log, which the history is read from, is out of reach. Try again.', error);
    });
    if (freshness.kind === 'fully_consistent') return head;
    if (comparePositions(freshness.position, head) <= 0) return freshness.position;
    const { field } = freshness;
    const rule = 'is a position that the event log has not come to: pass one back exactly as it was received';
    throw new KeywardError('INVALID_REQUEST', `"${field}" ${rule}.`, { violations: [{ field, rule }] });
  }

  private observer(report: HistoryReport, progress: () => void): HistoryObserver {
    return {
      rebuilding: () => report.rebuilding(),
      applied: (events) => {
        report.applied(events.length);
        for (const event of events) this.moves.emit('applied', event);
      },
      reached: (position) => this.moveTo(position),
      caughtUp: async () => {
        this.missing = undefined;
        report.caughtUp();
        progress();
        this.moves.emit('moved');
        await this.breather.take(() => this.moves.listenerCount('moved') > 0);
      },
    };
  }

  private moveTo(position: LogPosition): void {
    if (comparePositions(position, this.reached) <= 0) return;
    this.reached = position;
    this.moves.emit('moved');
  }

  private progress(): string {
    const { commit: all } = this.goal;
    if (!this.index || all === 0n) return '';
    return ` (${(this.reached.commit * 100n) / all} %)`;
  }

  private unavailable(cause?: unknown): KeywardError {
    return unavailable(`The history ${this.problem ?? 'cannot be read now'}. Try again.`, cause);
  }
}

function problemOf(error: unknown): string {
  if (isEventStoreError(error, 'UNAVAILABLE')) return 'cannot go on: the event log is out of reach';
  if (error instanceof UnreadableEventError)
    return 'stands still before an event that this release cannot read: see the log';
  if (error instanceof HistoryIndexError && error.code === 'LOST')
    return 'was damaged on disk and is made anew from the event log';
  return 'cannot keep its file on disk: see the log';
}

function notReachedInTime(): KeywardError {
  const sentence = 'The history did not reach the position asked for in time. Try again.';
  return new KeywardError('STALE_READ_MODEL', sentence, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function unavailable(sentence: string, cause: unknown): KeywardError {
  return new KeywardError('UNAVAILABLE', sentence, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
}

function setUnlimited(emitter: EventEmitter): EventEmitter {
  setMaxListeners(0, emitter);
  return emitter;
}
