import { KeywardError, comparePositions, type LogPosition, type WatchResponse } from '@keyward/contracts';
import type { OverrideJudge } from '../overrides/override-judge.js';
import type { ChangeWindow } from '../window/change-window.js';
import type { WindowEntry } from '../window/window-entry.js';
import type { WatchMessages } from './watch-messages.js';

/** Which changes a watcher wants. Null: all. */
export interface WatchFilter {
  readonly organizationId: string;
  readonly projectIds: ReadonlySet<string> | null;
  readonly integrationIds: ReadonlySet<string> | null;
}

/** Where a watcher's messages go. */
export interface WatcherOutlet {
  /** False: taken, but take no more until {@link Watcher.drained} is called. */
  write(message: WatchResponse): boolean;
  /** Nothing is written afterwards. */
  end(reason: KeywardError): void;
}

/** What all watchers of a process share. */
export interface WatcherEnvironment {
  readonly window: ChangeWindow;
  readonly judge: OverrideJudge;
  readonly messages: WatchMessages;
  readonly monotonicMs: () => number;
  /** How many changes a watcher that does not read may be behind. */
  readonly maxBehind: number;
  /** How long a watcher may refuse to read, in milliseconds. */
  readonly maxStallMs: number;
  /** Told when the watcher ends itself. */
  readonly onEnd: (watcher: Watcher, reason: KeywardError) => void;
  readonly onDelivered: (entry: WindowEntry) => void;
}

/**
 * One watcher: a place in the shared window and a filter. It queues nothing. While its outlet takes
 * no more it only stands still, and is ended when that costs it too much.
 */
export class Watcher {
  private readonly projectIds: readonly string[];
  /** The next place to look at; kept up to date only while behind. */
  private place: number;
  private behind = false;
  /** Changes after this place came while it watched; those before it are its catching up. */
  private readonly liveFrom: number;
  private changesBehind = 0;
  private judging = false;
  private resetDue = false;
  private blockedSince: number | null = null;
  private ended = false;

  constructor(
    readonly filter: WatchFilter,
    private readonly environment: WatcherEnvironment,
    private readonly outlet: WatcherOutlet,
    /** Only changes after this are sent. */
    private after: LogPosition,
  ) {
    this.projectIds = [...(filter.projectIds ?? [])];
    this.liveFrom = environment.window.end;
    this.place = this.liveFrom;
  }

  /** Says where the watcher is, then sends what it missed, if that is still there. */
  start(): void {
    const { window, messages } = this.environment;
    const isTooOld = comparePositions(this.after, window.floor) < 0;
    this.resetDue = isTooOld;
    if (isTooOld) this.after = later(window.floor, window.watermark);
    else this.write(messages.heartbeat(this.after));
    // After a reset, too: it does not stand for what has come from beyond it.
    this.place = window.firstAfter(this.after);
    this.pump();
    if (isTooOld) this.beat();
  }

  /** A change that has just come into the window. */
  offer(entry: WindowEntry): void {
    if (this.ended || !this.covers(entry)) return;
    if (!this.behind) {
      this.place = entry.place;
      this.pump();
    }
    if (!this.behind) return;
    this.changesBehind++;
    if (this.blockedSince !== null && this.changesBehind > this.environment.maxBehind) {
      this.endAsSlow(`it is more than ${this.environment.maxBehind} changes behind`);
    }
  }

  /** The outlet takes messages again. */
  drained(): void {
    this.blockedSince = null;
    this.pump();
  }

  /** A heartbeat, unless there are changes to be sent first. */
  beat(): void {
    if (this.ended || this.behind || this.blockedSince !== null) return;
    this.write(this.environment.messages.heartbeat(this.through(this.environment.window.watermark)));
  }

  /** Changes may have been missed: the watcher is told to look everything up, and goes on where it is. */
  reset(): void {
    const { window } = this.environment;
    this.after = this.through(window.watermark);
    if (!this.behind) this.place = window.end;
    this.resetDue = true;
    this.pump();
  }

  /** Ends a watcher that has taken nothing for too long. */
  checkStall(): void {
    const { monotonicMs, maxStallMs } = this.environment;
    if (this.blockedSince === null || monotonicMs() - this.blockedSince <= maxStallMs) return;
    this.endAsSlow(`it has taken no message for ${maxStallMs} ms`);
  }

  end(reason: KeywardError): void {
    if (this.ended) return;
    this.ended = true;
    this.environment.onEnd(this, reason);
    this.outlet.end(reason);
  }

  /** The outlet is gone. */
  detach(): void {
    this.ended = true;
  }

  /** Sends from its place on until the end of the window, or until something is in the way. */
  private pump(): void {
    if (this.judging || this.ended) return;
    const { window } = this.environment;
    this.behind = true;
    if (!this.sendReset()) return;
    while (this.place < window.end) {
      if (this.blockedSince !== null) return;
      const entry = window.at(this.place);
      if (!entry) return this.endAsSlow('the changes that it has not read are no longer kept');
      if (!this.pass(entry)) return;
    }
    this.behind = false;
    this.changesBehind = 0;
  }

  private sendReset(): boolean {
    if (!this.resetDue) return true;
    if (this.blockedSince !== null) return false;
    this.resetDue = false;
    this.changesBehind = 0;
    this.write(this.environment.messages.reset(this.after));
    return true;
  }

  /** Sends an entry if the watcher wants it, and steps past it; false: later, when it has been judged. */
  private pass(entry: WindowEntry): boolean {
    if (this.covers(entry) && comparePositions(entry.change.position, this.after) > 0) {
      const affected = this.affected(entry);
      if (affected === undefined) return false;
      if (this.projectIds.length === 0 || affected.length > 0) this.send(entry, affected);
      if (entry.place >= this.liveFrom && this.changesBehind > 0) this.changesBehind--;
    }
    this.place = entry.place + 1;
    return true;
  }

  private send(entry: WindowEntry, affected: readonly string[]): void {
    this.write(this.environment.messages.change(entry, affected, this.after));
    this.environment.onDelivered(entry);
  }

  private covers({ change }: WindowEntry): boolean {
    const { organizationId, projectIds, integrationIds } = this.filter;
    if (change.organizationId !== organizationId) return false;
    if (integrationIds !== null && !integrationIds.has(change.integrationId)) return false;
    return change.projectId === null || projectIds === null || projectIds.has(change.projectId);
  }

  /** Of the projects that the watcher named, those whose effective key may have altered; undefined: not known yet. */
  private affected(entry: WindowEntry): readonly string[] | undefined {
    if (this.filter.projectIds === null) return [];
    if (entry.change.projectId !== null) return [entry.change.projectId];
    const { judge } = this.environment;
    const known = judge.affected(entry, this.projectIds);
    if (known) return known;
    const pending = judge.judge(entry, this.projectIds);
    if (!pending) return judge.affected(entry, this.projectIds);
    this.judging = true;
    void pending.then(() => {
      this.judging = false;
      this.pump();
    });
    return undefined;
  }

  /** A watcher never hears of a position before the one it is known to have. */
  private through(position: LogPosition): LogPosition {
    return later(position, this.after);
  }

  private write(message: WatchResponse): void {
    if (!this.outlet.write(message)) this.blockedSince = this.environment.monotonicMs();
  }

  private endAsSlow(because: string): void {
    const remedy = 'Resume after the last changes_through, and read messages as they come.';
    this.end(new KeywardError('SLOW_WATCHER', `The watch was ended: ${because}. ${remedy}`));
  }
}

function later(a: LogPosition, b: LogPosition): LogPosition {
  return comparePositions(a, b) > 0 ? a : b;
}
