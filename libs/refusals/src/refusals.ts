import { roleIn, type Operation, type Principal } from '@keyward/access';
import type { ErrorCode } from '@keyward/contracts';
import { findIntegration, isId, type ActorKind } from '@keyward/domain';
import type { EventStore, StreamAppend } from '@keyward/event-store';
import {
  sleep,
  type Clock,
  type CounterMetric,
  type Metrics,
  type Supervisor,
  type SupervisedLoop,
} from '@keyward/runtime';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { refusalsAppend } from './refusal-events.js';
import { RefusalWindow } from './refusal-window.js';
import type { Counted, RefusedRequest } from './tally.js';

/**
 * What is refused by policy: because of who asks, of what the organization has bought, or of a rule that no other key
 * and no other time would change. UNKNOWN_PROJECT counts where the project is archived.
 */
const BY_POLICY: ReadonlySet<ErrorCode> = new Set([
  'FORBIDDEN',
  'NOT_ENTITLED',
  'NOT_ROLLED_OUT',
  'CREDENTIAL_KIND_NOT_SHAREABLE',
  'UNKNOWN_PROJECT',
]);

export interface Refusal {
  readonly principal: Principal;
  readonly operation: Operation;
  /** What was named, as it was sent. */
  readonly target: {
    readonly organizationId?: string | undefined;
    readonly projectId?: string | undefined;
    readonly integrationId?: string | undefined;
  };
  readonly code: ErrorCode;
}

export interface RefusalsParts {
  readonly events: EventStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly supervisor: Supervisor;
  readonly windowMs: number;
}

/** Longest wait for the event log at an orderly stop, in milliseconds. */
const LAST_WRITE_MS = 3_000;

/**
 * Records who of an organization was refused what by policy. Counted at once and in memory; written by and by. While
 * the log is away the counting goes on, in one long window, so that an outage costs precision and no more memory.
 */
export class Refusals implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('refusals');
  private readonly window = new RefusalWindow();
  /** What was taken from the window and is not known to be in the log. */
  private readonly pending = new Map<string, readonly Counted[] | StreamAppend>();
  private readonly droppedTotal: CounterMetric<Record<never, never>>;
  private dropped = 0;
  private loop: SupervisedLoop | undefined;

  constructor(private readonly parts: RefusalsParts) {
    this.droppedTotal = parts.metrics.counter({
      name: 'keyward_refusals_dropped_total',
      help: 'Refusals by policy that are not in the history: of too many organizations at once, or when the process had to stop without the event log.',
    });
  }

  /** Takes no time to speak of, and never throws. Whatever is none of the organization's own refusals is passed over. */
  note(refusal: Refusal): void {
    const { principal, target, code } = refusal;
    const { organizationId, projectId = '' } = target;
    if (organizationId === undefined || !BY_POLICY.has(code)) return;
    const actorKind = roleIn(principal, { organizationId, projectId });
    if (actorKind === null) return;
    const request = requestOf(refusal, actorKind);
    if (!this.window.note(organizationId, request, this.parts.clock.now())) this.drop(1);
  }

  onApplicationBootstrap(): void {
    this.loop = this.parts.supervisor.run('refusals', async (signal, loop) => {
      while (!signal.aborted) {
        // What a failed attempt left comes first; only then is the window closed.
        await this.writePending(signal);
        loop.progress();
        await sleep(this.parts.windowMs, signal);
        if (!signal.aborted) this.closeWindow();
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    const written = new AbortController();
    const last = this.stop().finally(() => written.abort());
    await Promise.race([last, sleep(LAST_WRITE_MS, written.signal)]);
    const lost = [...this.pending.values()].reduce((sum, each) => sum + countIn(each), 0);
    if (lost > 0) this.drop(lost);
    this.reportDropped();
  }

  /** Writes everything that was noted until now. */
  async flush(): Promise<void> {
    await this.writePending();
    this.closeWindow();
    await this.writePending();
  }

  private async stop(): Promise<void> {
    try {
      await this.loop?.stop();
      await this.flush();
    } catch (error) {
      this.closeWindow();
      this.logger.error('The last refusals could not be written', error);
    }
  }

  private closeWindow(): void {
    this.reportDropped();
    for (const [organizationId, counted] of this.window.take()) this.pending.set(organizationId, counted);
  }

  private async writePending(signal?: AbortSignal): Promise<void> {
    const { events } = this.parts;
    for (const [organizationId, taken] of this.pending) {
      if (signal?.aborted) return;
      const append = 'stream' in taken ? taken : await refusalsAppend(events, organizationId, taken);
      if (append) {
        // Kept as it is sent: after an unknown outcome the same events are sent again.
        this.pending.set(organizationId, append);
        await events.append(append);
      }
      this.pending.delete(organizationId);
    }
  }

  private drop(count: number): void {
    this.dropped += count;
    this.droppedTotal.add(count);
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    this.logger.warn('Refusals by policy are missing in the history', { dropped: this.dropped });
    this.dropped = 0;
  }
}

/** What was typed is kept where it can be a name; whether it is one, the log is asked later. */
function requestOf({ principal, operation, target, code }: Refusal, actorKind: ActorKind): RefusedRequest {
  const { projectId = '', integrationId = '' } = target;
  return {
    actor: principal.subject,
    actorKind,
    projectId: isId(projectId) ? projectId : null,
    integrationId: findIntegration(integrationId)?.id ?? null,
    operation,
    code,
  };
}

function countIn(taken: readonly Counted[] | StreamAppend): number {
  const counts =
    'stream' in taken
      ? taken.events.map(({ data }) => Number(data['count']))
      : taken.map(({ count }) => count);
  return counts.reduce((sum, count) => sum + count, 0);
}
