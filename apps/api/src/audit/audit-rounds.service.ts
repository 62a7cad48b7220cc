import type { AuditSettings, LedgerSummary, RemoteLedger } from '@keyward/audit';
import { KeywardError } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import {
  sleep,
  type Clock,
  type HealthRegistry,
  type LoopHandle,
  type Metrics,
  type SupervisedLoop,
  type Supervisor,
} from '@keyward/runtime';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AS_IT_IS, type AuditLedgerReader } from './audit-ledger-reader.js';
import type { HeadChains } from './head-chains.js';
import { checkLog } from './log-check.js';

export interface AuditRoundsParts {
  readonly settings: Pick<AuditSettings, 'KEYWARD_AUDIT_HEAD_INTERVAL' | 'KEYWARD_AUDIT_CHECK_INTERVAL'>;
  readonly events: EventStore;
  readonly ledger: AuditLedgerReader;
  readonly chains: Pick<HeadChains, 'current'>;
  readonly clock: Clock;
  readonly supervisor: Supervisor;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
}

/** Logs that are asked for at a time. */
const PAGE = 100;
/** Those signed together share the log's commits. */
const AT_ONCE = 8;
/** Time that may go by beyond the interval, and between two tries for a log that cannot be signed. */
const LOOK_AGAIN_MS = 5_000;
const RETRY_MS = 1_000;
/** Looks at the clock again, which may have been set. */
const LONGEST_WAIT_MS = 3_600_000;

const NOTHING_YET: LedgerSummary = { unsigned: [], problems: [], checkedAt: 0 };

/** Signs heads of what has grown, and compares the event log with what was read before: each at its interval. */
export class AuditRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('audit');
  private readonly told = new Set<string>();
  private summary = NOTHING_YET;
  private loops: SupervisedLoop[] = [];
  private unregister: (() => void) | undefined;

  constructor(private readonly parts: AuditRoundsParts) {
    const { metrics, settings, clock } = parts;
    const gauge = (name: string, help: string) => metrics.gauge({ name: `keyward_audit_${name}`, help });
    gauge('head_interval_seconds', 'How often heads of the audit logs are to be signed.').set(
      settings.KEYWARD_AUDIT_HEAD_INTERVAL / 1_000,
    );
    gauge('unsigned_seconds', 'For how long an event has waited for a head that vouches for it.').collect(
      () => secondsSince(this.summary.unsigned[0]?.since, clock),
    );
    gauge(
      'contradictions',
      'Audit logs of which the event log contradicts what was signed or read before, up to 100.',
    ).collect(() => this.summary.problems.length);
    gauge(
      'check_age_seconds',
      'Since when the whole event log was not compared with what was read before.',
    ).collect(() => secondsSince(this.summary.checkedAt || undefined, clock));
  }

  onApplicationBootstrap(): void {
    const { supervisor, health } = this.parts;
    this.loops = [
      supervisor.run('audit-heads', (signal, loop) => this.signEverySoOften(signal, loop)),
      supervisor.run('audit-check', (signal, loop) => this.checkEverySoOften(signal, loop)),
    ];
    this.unregister = health.ready('audit', () => this.problem(), { required: false });
  }

  async onApplicationShutdown(): Promise<void> {
    this.unregister?.();
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private problem(): string | undefined {
    const { length } = this.summary.problems;
    return length === 0
      ? undefined
      : 'finds that the event log contradicts what was signed or read before: see the log';
  }

  private async signEverySoOften(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    const { settings, clock } = this.parts;
    const interval = settings.KEYWARD_AUDIT_HEAD_INTERVAL;
    while (!signal.aborted) {
      await this.whenAtHand(signal, () => this.signDue(signal));
      loop.progress();
      const next = this.summary.unsigned[0]?.since ?? Infinity;
      const waitMs = next + interval - clock.now().getTime();
      await sleep(Math.min(Math.max(waitMs, LOOK_AGAIN_MS), interval), signal);
    }
  }

  /** A head for every log of which an event has waited for one for the whole interval. */
  private async signDue(signal: AbortSignal): Promise<void> {
    const { settings, clock } = this.parts;
    const tried = new Set<string | null>();
    for (;;) {
      const { unsigned } = await this.look();
      const now = clock.now().getTime();
      // The log's clock may be ahead of this one.
      const isDue = (since: number): boolean =>
        since > now || since + settings.KEYWARD_AUDIT_HEAD_INTERVAL <= now;
      const due = unsigned.filter(({ organizationId, since }) => isDue(since) && !tried.has(organizationId));
      if (due.length === 0 || signal.aborted) return;
      for (let n = 0; n < due.length; n += AT_ONCE) {
        const some = due.slice(n, n + AT_ONCE).map(({ organizationId }) => organizationId);
        for (const each of some) tried.add(each);
        await Promise.all(some.map((each) => this.sign(each)));
      }
    }
  }

  private async sign(organizationId: string | null): Promise<void> {
    try {
      await this.parts.chains.current(organizationId);
    } catch (error) {
      if (!(error instanceof KeywardError) || error.code !== 'AUDIT_LOG_ALTERED') throw error;
      this.tell(organizationId, error.message);
    }
  }

  private async checkEverySoOften(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.whenAtHand(signal, () => this.checkIfDue(signal));
      loop.progress();
      await sleep(Math.min(waitMs ?? 0, LONGEST_WAIT_MS), signal);
    }
  }

  /** Answers in how many milliseconds it will be. */
  private async checkIfDue(signal: AbortSignal): Promise<number> {
    const { settings, clock, events, ledger } = this.parts;
    const { checkedAt } = await this.look();
    const waitMs = checkedAt + settings.KEYWARD_AUDIT_CHECK_INTERVAL - clock.now().getTime();
    if (waitMs > 0) return waitMs;
    const begun = clock.now();
    const through = await events.head();
    const recheck: RemoteLedger['recheck'] = (...batch) =>
      ledger.ask((all) => all.recheck(...batch), AS_IT_IS);
    // One that has never been compared has just read the whole log.
    if (checkedAt !== 0) await checkLog(events, { recheck }, through, signal);
    await ledger.ask((all) => all.rechecked(begun));
    await this.look();
    return settings.KEYWARD_AUDIT_CHECK_INTERVAL;
  }

  /** While the ledger or the log cannot be asked there is nothing to do but to try again. */
  private async whenAtHand<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof KeywardError) || error.retryAfterSeconds === undefined) throw error;
        await sleep(RETRY_MS, signal);
      }
    }
    return undefined;
  }

  private async look(): Promise<LedgerSummary> {
    this.summary = await this.parts.ledger.ask((ledger) => ledger.summary(PAGE));
    for (const { organizationId, problem } of this.summary.problems) this.tell(organizationId, problem);
    return this.summary;
  }

  /** Once for each, as nothing gets better by itself. */
  private tell(organizationId: string | null | undefined, problem: string): void {
    const log = organizationId === undefined ? 'all' : (organizationId ?? 'platform');
    if (this.told.has(`${log} ${problem}`)) return;
    this.told.add(`${log} ${problem}`);
    this.logger.error('The event log contradicts what was signed or read before; no heads are signed', {
      log,
      problem,
    });
  }
}

function secondsSince(milliseconds: number | undefined, clock: Clock): number {
  return milliseconds === undefined ? 0 : Math.max(0, (clock.now().getTime() - milliseconds) / 1_000);
}
