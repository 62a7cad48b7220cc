import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HeldLease, WriterLease } from '../read-model.port.js';
import type { Keys } from './keys.js';
import type { RedisConnection } from './redis-connection.js';
import { HOLD_LEASE, RELEASE_LEASE } from './scripts.js';

export interface RedisLeaseOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  /** How long a holder that died keeps the others waiting, in milliseconds. @defaultValue 5000 */
  readonly ttlMs?: number;
}

const TTL_MS = 5_000;
/** Prolonged so often per term that one lost attempt does not lose it. */
const PER_TERM = 4;

/** A key that expires. It saves work and decides nothing: what is written is fenced by itself. */
export class RedisLease implements WriterLease {
  private readonly ttlMs: number;

  constructor(private readonly options: RedisLeaseOptions) {
    this.ttlMs = options.ttlMs ?? TTL_MS;
  }

  async lease(signal: AbortSignal): Promise<HeldLease> {
    const owner = randomUUID();
    while (!(await this.hold(owner))) await this.pause(signal);
    return this.held(owner);
  }

  private held(owner: string): HeldLease {
    const lost = new AbortController();
    let heldAt = performance.now();
    const prolong = async (): Promise<void> => {
      const asked = performance.now();
      if (await this.hold(owner)) heldAt = asked;
      else lost.abort(new Error('another projector holds the lease'));
    };
    const timer = setInterval(() => {
      if (performance.now() - heldAt > this.ttlMs) lost.abort(new Error('the lease ran out'));
      // Out of reach: the next attempt, or the end of the term, decides.
      prolong().catch(() => undefined);
    }, this.ttlMs / PER_TERM);
    lost.signal.addEventListener('abort', () => clearInterval(timer));
    const release = async (): Promise<void> => {
      clearInterval(timer);
      const { connection, keys } = this.options;
      await connection.eval(RELEASE_LEASE, [keys.lease], [owner]).catch(() => undefined);
    };
    return { lost: lost.signal, release };
  }

  private async hold(owner: string): Promise<boolean> {
    const { connection, keys } = this.options;
    return (await connection.eval(HOLD_LEASE, [keys.lease], [owner, String(this.ttlMs)])) === 1;
  }

  private async pause(signal: AbortSignal): Promise<void> {
    const ms = (this.ttlMs / PER_TERM) * (0.5 + Math.random());
    try {
      await delay(ms, undefined, { signal });
    } catch {
      throw signal.reason as Error;
    }
  }
}
