import type { KeyChange } from '@keyward/change-log';
import { KeywardError, type LogPosition } from '@keyward/contracts';
import type { Clock } from '@keyward/runtime';
import { OverrideJudge, type OverrideJudgeOptions } from '../overrides/override-judge.js';
import { ChangeWindow } from '../window/change-window.js';
import { HeartbeatWheel } from './heartbeat-wheel.js';
import { PrincipalQuota } from './principal-quota.js';
import { WatchMessages } from './watch-messages.js';
import { WatcherIndex } from './watcher-index.js';
import { Watcher, type WatchFilter, type WatcherEnvironment, type WatcherOutlet } from './watcher.js';

export interface WatchHubOptions {
  readonly storeId: string;
  readonly readModel: OverrideJudgeOptions['readModel'];
  /** See ChangeLogReader. */
  readonly inLogOrder: boolean;
  /** How many changes the window keeps. */
  readonly windowSize: number;
  readonly heartbeatMs: number;
  readonly maxBehind: number;
  readonly maxStallMs: number;
  readonly watchesPerPrincipal: number;
  /** How long an organization's change may wait for the read model. @defaultValue 200 ms */
  readonly judgeTimeoutMs?: number;
  readonly clock: Clock;
  readonly observer: WatchHubObserver;
}

export interface WatchHubObserver {
  /** @param deliveries - how often that change was delivered by now */
  delivered(change: KeyChange, deliveries: number): void;
  ended(code: string): void;
}

export interface WatchOrder {
  /** Whose watches are counted together. */
  readonly subject: string;
  readonly filter: WatchFilter;
  /** Resume after this; null: begin now. */
  readonly after: LogPosition | null;
  /** When the right to watch ends, as time of day. */
  readonly expiresAt: Date;
}

interface Watch {
  readonly watcher: Watcher;
  readonly subject: string;
  readonly expiresAtMs: number;
}

/** Hands the changes of the change log to the watchers. */
export class WatchHub {
  readonly window: ChangeWindow;
  private readonly judge: OverrideJudge;
  private readonly messages: WatchMessages;
  private readonly index = new WatcherIndex();
  private readonly wheel: HeartbeatWheel<Watcher>;
  private readonly quota: PrincipalQuota;
  private readonly watches = new Map<Watcher, Watch>();
  private readonly environment: WatcherEnvironment;
  private caughtUp = false;
  private closed = false;

  constructor(private readonly options: WatchHubOptions) {
    const { storeId, readModel, inLogOrder, windowSize, maxBehind, maxStallMs, clock } = options;
    const window = new ChangeWindow({ capacity: windowSize, inLogOrder });
    this.window = window;
    this.judge = new OverrideJudge({ window, readModel, timeoutMs: options.judgeTimeoutMs ?? 200 });
    this.messages = new WatchMessages(storeId);
    this.wheel = new HeartbeatWheel(options.heartbeatMs);
    this.quota = new PrincipalQuota(options.watchesPerPrincipal);
    this.environment = {
      window,
      judge: this.judge,
      messages: this.messages,
      monotonicMs: () => clock.monotonicMs(),
      maxBehind,
      maxStallMs,
      onEnd: (watcher, { code }) => {
        this.remove(watcher);
        options.observer.ended(code);
      },
      onDelivered: (entry) => options.observer.delivered(entry.change, ++entry.deliveries),
    };
    this.wheel.start((due) => this.tick(due));
  }

  get size(): number {
    return this.watches.size;
  }

  /** Whether watches can be served: the change log was read up to its end once. */
  get ready(): boolean {
    return this.caughtUp && !this.closed;
  }

  /**
   * Adds a watcher; it gets its first messages before this returns.
   * @throws KeywardError UNAVAILABLE while not {@link ready}; RATE_LIMITED above the quota.
   */
  watch({ subject, filter, after, expiresAt }: WatchOrder, outlet: WatcherOutlet): Watcher {
    if (this.closed) throw stopping();
    if (!this.caughtUp) throw starting();
    this.quota.take(subject);
    const watcher = new Watcher(filter, this.environment, outlet, after ?? this.window.watermark);
    this.watches.set(watcher, { watcher, subject, expiresAtMs: expiresAt.getTime() });
    this.index.add(watcher);
    this.wheel.add(watcher);
    watcher.start();
    return watcher;
  }

  /** The watcher's client is gone. */
  leave(watcher: Watcher): void {
    watcher.detach();
    this.remove(watcher);
  }

  /** Answers false when the change was a repeat. */
  publish(change: KeyChange): boolean {
    const entry = this.window.add(change);
    if (!entry) return false;
    const { organizationId, projectId } = change;
    // For all watchers at once, so that the read model is asked one question per change.
    if (projectId === null) void this.judge.judge(entry, this.index.projectsNamedIn(organizationId));
    for (const watcher of this.index.watchersOf(organizationId)) watcher.offer(entry);
    return true;
  }

  /** Everything up to the position has been published. */
  progress(position: LogPosition, caughtUp: boolean): void {
    this.window.advance(position);
    this.caughtUp ||= caughtUp;
  }

  /** Changes up to the position may have been missed. */
  gap(position: LogPosition): void {
    this.window.restart(position);
    for (const watcher of [...this.watches.keys()]) watcher.reset();
  }

  /** Ends every watch so that clients resume elsewhere, and takes no more. */
  close(): void {
    this.closed = true;
    this.wheel.stop();
    for (const watcher of [...this.watches.keys()]) watcher.end(stopping());
  }

  private remove(watcher: Watcher): void {
    const watch = this.watches.get(watcher);
    if (!watch) return;
    this.watches.delete(watcher);
    this.index.remove(watcher);
    this.wheel.remove(watcher);
    this.quota.giveBack(watch.subject);
  }

  private tick(due: Iterable<Watcher>): void {
    const now = this.options.clock.now().getTime();
    for (const { watcher, expiresAtMs } of this.watches.values()) {
      if (expiresAtMs <= now) watcher.end(expired());
      else watcher.checkStall();
    }
    for (const watcher of due) watcher.beat();
  }
}

function starting(): KeywardError {
  const detail = 'This server is still reading the change log: try again, or resume at another one.';
  return new KeywardError('UNAVAILABLE', detail, { retryAfterSeconds: 1 });
}

function stopping(): KeywardError {
  const detail = 'This server is stopping: resume at another one after the last changes_through.';
  return new KeywardError('UNAVAILABLE', detail, { retryAfterSeconds: 1 });
}

function expired(): KeywardError {
  const detail = 'The token has expired: resume with a new one after the last changes_through.';
  return new KeywardError('UNAUTHENTICATED', detail);
}
