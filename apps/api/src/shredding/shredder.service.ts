import { comparePositions } from '@keyward/contracts';
import { readStoredEvent, slotStream } from '@keyward/domain';
import { EventStore, type RecordedEvent } from '@keyward/event-store';
import { ReadModel } from '@keyward/read-model';
import { Clock, Metrics, Supervisor, sleep, type LoopHandle, type SupervisedLoop } from '@keyward/runtime';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LONGEST_WAIT_MS, workAlongLog } from '../log-work/work-along-log.js';
import { DestroyKeyService } from './destroy-key.service.js';
import { SHRED_EVENTS, ShredLedger, type UnnamedMaterial } from './shred-ledger.js';

/** How long a version is kept once it is in use no more, in milliseconds. */
export const KEY_RETENTION = Symbol('KEY_RETENTION');

/** An append is in doubt for seconds: what no event has named for so long will never be named. */
const ORPHAN_AGE_MS = 86_400_000;
/** Those done together share the log's commits. */
const AT_ONCE = 16;
const READ_MODEL_RETRY_MS = 250;

/**
 * Destroys the versions that were out of use for as long as the retention says, and sealed bytes that nobody names.
 * Its knowledge is a fold of the log, so it goes on wherever another was cut off, and several do no harm.
 */
@Injectable()
export class Shredder implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('shredder');
  /** Outlives a restart of the loop, which goes on where it was. */
  private readonly ledger = new ShredLedger();
  /** Nothing is due before, in milliseconds of the clock. */
  private nextDueAt = 0;
  private loop: SupervisedLoop | undefined;

  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  constructor(
    private readonly events: EventStore,
    private readonly readModel: ReadModel,
    private readonly keys: DestroyKeyService,
    private readonly clock: Clock,
    private readonly supervisor: Supervisor,
    @Inject(KEY_RETENTION) private readonly retentionMs: number,
    metrics: Metrics,
  ) {
    metrics
      .gauge({
        name: 'keyward_keys_awaiting_destruction',
        help: 'Key versions that are in use no more and not destroyed yet, as the retention keeps them.',
      })
      .collect(() => this.ledger.awaiting.size);
  }

  onApplicationBootstrap(): void {
    this.loop = this.supervisor.run('shredder', (signal, loop) => this.shred(signal, loop));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  private async shred(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    // At a start the rebuild of the read model comes first: lookups wait for it.
    while (!signal.aborted && !(await this.isReadModelAtLedger())) await sleep(READ_MODEL_RETRY_MS, signal);
    const options = { after: this.ledger.position, filter: SHRED_EVENTS, signal };
    await workAlongLog(this.events, options, {
      take: (events) => this.take(events),
      work: () => this.sweepIfDue(loop),
    });
  }

  private take(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.ledger.apply(event);
      const soonest = event.recordedAt.getTime() + Math.min(this.retentionMs, ORPHAN_AGE_MS);
      this.nextDueAt = Math.min(this.nextDueAt, soonest);
    }
  }

  /** Answers how long there will be nothing more to do, in milliseconds. */
  private async sweepIfDue(loop: LoopHandle): Promise<number> {
    await this.each([...this.ledger.condemned], (keyId) => this.deleteMaterial(keyId));
    const now = this.clock.now().getTime();
    if (now >= this.nextDueAt) this.nextDueAt = now + (await this.sweep(now));
    loop.progress();
    return this.nextDueAt - now;
  }

  /** Destroys all that is due; answers in how many milliseconds the next will be. */
  private async sweep(now: number): Promise<number> {
    const versions = dueOf(this.ledger.awaiting.values(), now - this.retentionMs);
    const orphans = dueOf(this.ledger.unnamed.values(), now - ORPHAN_AGE_MS);
    if (versions.due.length > 0 && !(await this.isReadModelAtLedger())) return READ_MODEL_RETRY_MS;
    // Each takes itself out of the ledger by the fact that it leaves in the log.
    await this.each(versions.due, (version) => this.keys.onRetention(version));
    await this.each(orphans.due, (material) => this.destroyOrphan(material));
    if (versions.due.length > 0) {
      this.logger.log('Destroyed key versions that were in use no more', { versions: versions.due.length });
    }
    return Math.min(LONGEST_WAIT_MS, versions.nextInMs, orphans.nextInMs);
  }

  /**
   * Whether the read model knows all that the ledger does: one that lags would lose the key that it still takes for the
   * present one.
   */
  private async isReadModelAtLedger(): Promise<boolean> {
    const { position } = this.ledger;
    try {
      const status = await this.readModel.status();
      return status.ready && (position === 'start' || comparePositions(status.position, position) >= 0);
    } catch {
      return false;
    }
  }

  private async deleteMaterial(keyId: string): Promise<void> {
    await this.keys.deleteMaterial(keyId);
    this.ledger.settleKey(keyId);
  }

  private async destroyOrphan({ keyId, slot }: UnnamedMaterial): Promise<void> {
    if (!(await this.isNamed(slotStream(slot), keyId))) {
      await this.keys.orphan(keyId);
      this.logger.warn('Destroyed sealed bytes that no event names', { keyId });
    }
    this.ledger.settleKey(keyId);
  }

  /** Asks the slot itself, since to be wrong would destroy a key in use. */
  private async isNamed(stream: string, keyId: string): Promise<boolean> {
    for await (const recorded of this.events.readStream(stream)) {
      if ((readStoredEvent(recorded).data as { keyId?: string }).keyId === keyId) return true;
    }
    return false;
  }

  private async each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
    for (let from = 0; from < all.length; from += AT_ONCE) {
      await Promise.all(all.slice(from, from + AT_ONCE).map(work));
    }
  }
}

/** Those that were there at a moment, and how long after it the next one comes. */
function dueOf<T extends { readonly since: number }>(
  all: Iterable<T>,
  moment: number,
): { readonly due: readonly T[]; readonly nextInMs: number } {
  const due: T[] = [];
  let nextInMs = Infinity;
  for (const each of all) {
    if (each.since <= moment) due.push(each);
    else nextInMs = Math.min(nextInMs, each.since - moment);
  }
  return { due, nextInMs };
}
