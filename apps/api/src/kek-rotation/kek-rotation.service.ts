import { comparePositions, encodePosition, type LogPosition } from '@keyward/contracts';
import { EventStore, type RecordedEvent } from '@keyward/event-store';
import { ReadModel } from '@keyward/read-model';
import { Clock, Metrics, Supervisor, type LoopHandle, type SupervisedLoop } from '@keyward/runtime';
import {
  KEYRING_STREAM,
  Sealer,
  appendToKeyring,
  isSealingError,
  readKeyring,
  type Keyring,
  type KeyringEvent,
} from '@keyward/sealing';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { WriteRequest } from '../write-side/write-request.js';
import { LONGEST_WAIT_MS, workAlongLog } from '../log-work/work-along-log.js';
import { RewrapService } from './rewrap.service.js';
import { WRAPPING_EVENTS, WrappingLedger } from './wrapping-ledger.js';

/** Those done together share the log's commits. */
const AT_ONCE = 256;
const RETRY_MS = 250;
const UNREADABLE_RETRY_MS = 5_000;

export interface KekStatus {
  /** Of the key that seals and wraps from now on. */
  readonly current: string;
  /** Others that something may be wrapped by: every process needs them. */
  readonly others: readonly string[];
  readonly retired: readonly string[];
  readonly rotation: 'none' | 'running';
  /** Data keys that others wrap; null while they are being counted. */
  readonly remaining: number | null;
  /** Of them, those that do not unwrap. */
  readonly unreadable: number;
}

export type RotationAnswer = KekStatus & { readonly position: string; readonly changed: boolean };

/**
 * Wraps all data keys in use by the current key encryption key once that was asked for. What is left to do is a fold of
 * the log, so it goes on wherever it was cut off; several copies do no harm. Where the log knows one key only, nothing
 * is followed but the keyring.
 */
@Injectable()
export class KekRotation implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('kek-rotation');
  private readonly unreadable = new Set<string>();
  private ledger: WrappingLedger | undefined;
  private counted = false;
  /** As last read; undefined when an event of it has come since. */
  private keyring: Keyring | undefined;
  /** Where the log ended when nothing was left to do: what the read model has to reach. */
  private doneAt: LogPosition | undefined;
  private loop: SupervisedLoop | undefined;
  private turn = new AbortController();

  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  constructor(
    private readonly events: EventStore,
    private readonly readModel: ReadModel,
    private readonly sealer: Sealer,
    private readonly keys: RewrapService,
    private readonly clock: Clock,
    private readonly supervisor: Supervisor,
    metrics: Metrics,
  ) {
    metrics
      .gauge({
        name: 'keyward_kek_rotation_remaining',
        help: 'Data keys that another key encryption key wraps than the current one.',
      })
      .collect(() => this.ledger?.pending.size ?? 0);
  }

  onApplicationBootstrap(): void {
    this.loop = this.supervisor.run('kek-rotation', (signal, loop) => this.follow(signal, loop));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  async status(): Promise<KekStatus> {
    const keyring = await readKeyring(this.events);
    const current = this.sealer.kekId;
    const others = othersOf(keyring, current);
    return {
      current,
      others,
      retired: keyring.retired,
      rotation: others.length > 0 && keyring.rotationTo === current ? 'running' : 'none',
      remaining: others.length === 0 || this.counted ? (this.ledger?.pending.size ?? 0) : null,
      unreadable: this.unreadable.size,
    };
  }

  /** Asks for all to be wrapped by the current key; where that is so or was asked for, nothing is written. */
  async request({ actor, reason }: WriteRequest): Promise<RotationAnswer> {
    const kekId = this.sealer.kekId;
    const occurredAt = this.clock.now().toISOString();
    let changed = false;
    for (;;) {
      const keyring = await readKeyring(this.events);
      if (changed || othersOf(keyring, kekId).length === 0 || keyring.rotationTo === kekId) break;
      const request: KeyringEvent = {
        type: 'KekRotationRequested',
        data: { kekId, actor, reason, occurredAt },
      };
      changed = await appendToKeyring(this.events, keyring, [request]);
    }
    const position = encodePosition(this.events.storeId, await this.events.head());
    return { ...(await this.status()), position, changed };
  }

  private async follow(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    while (!signal.aborted) {
      const shared = othersOf(await readKeyring(this.events), this.sealer.kekId).length > 0;
      this.ledger = shared ? new WrappingLedger(this.sealer.kekId) : undefined;
      this.counted = false;
      this.unreadable.clear();
      this.turn = new AbortController();
      const filter = shared ? WRAPPING_EVENTS : { streamPrefixes: [KEYRING_STREAM] };
      const options = {
        after: 'start' as const,
        filter,
        signal: AbortSignal.any([signal, this.turn.signal]),
      };
      await workAlongLog(this.events, options, {
        take: (events) => this.take(events),
        work: () => this.work(loop),
      });
    }
  }

  private take(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (event.stream === KEYRING_STREAM) this.keyring = undefined;
      else this.ledger?.apply(event);
    }
  }

  private async work(loop: LoopHandle): Promise<number> {
    loop.progress();
    this.counted = true;
    const current = this.sealer.kekId;
    const keyring = (this.keyring ??= await readKeyring(this.events));
    const others = othersOf(keyring, current);
    if (others.length > 0 && !this.ledger) return this.beginAnew();
    if (!this.ledger || keyring.rotationTo !== current) return LONGEST_WAIT_MS;
    // Also after the end: a copy that was not started anew since may go on to seal under a key that is retired.
    if (this.ledger.pending.size > 0) return this.rewrapSome(this.ledger);
    return others.length > 0 ? this.retire(keyring, others) : LONGEST_WAIT_MS;
  }

  /** One key became several: more is to be followed. */
  private beginAnew(): number {
    this.turn.abort();
    return LONGEST_WAIT_MS;
  }

  /** Answers when to go on. */
  private async rewrapSome(ledger: WrappingLedger): Promise<number> {
    this.doneAt = undefined;
    const some: string[] = [];
    for (const stream of ledger.pending) {
      if (some.length === AT_ONCE) break;
      if (!this.unreadable.has(stream)) some.push(stream);
    }
    if (some.length === 0) return this.retryUnreadable(ledger);
    const done = await Promise.all(some.map((stream) => this.rewrap(ledger, stream)));
    return done.some(Boolean) ? 0 : RETRY_MS;
  }

  /** One that was replaced or removed since needs no wrapping any more. */
  private async retryUnreadable(ledger: WrappingLedger): Promise<number> {
    for (const stream of [...this.unreadable]) await this.rewrap(ledger, stream);
    return UNREADABLE_RETRY_MS;
  }

  private async rewrap(ledger: WrappingLedger, stream: string): Promise<boolean> {
    try {
      const isSettled = (await this.keys.rewrap(stream)) === 'settled';
      if (isSettled) ledger.settle(stream);
      else ledger.defer(stream);
      this.unreadable.delete(stream);
      return isSettled;
    } catch (error) {
      if (!isSealingError(error)) throw error;
      this.noteUnreadable(stream, error.code);
      return false;
    }
  }

  private noteUnreadable(stream: string, reason: string): void {
    if (this.unreadable.has(stream)) return;
    this.unreadable.add(stream);
    this.logger.error('A data key does not unwrap: its key encryption key cannot be retired', {
      stream,
      reason,
    });
  }

  /** Only once the read model has the new wrappings too: lookups take them from there. */
  private async retire(keyring: Keyring, others: readonly string[]): Promise<number> {
    this.doneAt ??= await this.events.head();
    const { ready, position } = await this.readModel.status();
    if (!ready || comparePositions(position, this.doneAt) < 0) return RETRY_MS;
    const retired = others.map((kekId) => ({ type: 'KeyEncryptionKeyRetired', data: { kekId } }) as const);
    if (await appendToKeyring(this.events, keyring, retired)) {
      this.logger.log('All is wrapped by the current key encryption key; others are needed no more', {
        current: this.sealer.kekId,
        retired: others,
      });
    }
    return RETRY_MS;
  }
}

function othersOf({ active }: Keyring, current: string): string[] {
  return active.map(({ kekId }) => kekId).filter((kekId) => kekId !== current);
}
