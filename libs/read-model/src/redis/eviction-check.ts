import type { Redis } from 'ioredis';
import { ReadModelSetupError } from '../read-model.errors.js';
import type { RedisConnection } from './redis-connection.js';

const SAFE = 'noeviction';
const EVERY_MS = 10_000;

/**
 * A Redis that evicts would forget a key as if it had never been set. So no answer is given before
 * the policy is known, and it is looked at again on every connection and every few seconds.
 */
export class EvictionCheck {
  private checkedAt = -Infinity;
  private problem: ReadModelSetupError | undefined;
  private underWay: Promise<void> | undefined;

  constructor(private readonly connection: RedisConnection) {
    connection.onConnected(() => (this.checkedAt = -Infinity));
  }

  /** Undefined, or what to wait for before the first answer. @throws ReadModelSetupError naming the policy */
  beforeUse(): Promise<void> | undefined {
    const known = this.checkedAt !== -Infinity;
    if (performance.now() - this.checkedAt > EVERY_MS) {
      const check = this.check();
      if (!known) return check;
      // Out of reach just now: the call itself will tell.
      check.catch(() => undefined);
    }
    if (this.problem) throw this.problem;
    return undefined;
  }

  /** Looks now. @throws ReadModelSetupError */
  check(): Promise<void> {
    this.underWay ??= this.ask().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async ask(): Promise<void> {
    const policies = await this.connection.onMasters(policyOf);
    this.checkedAt = performance.now();
    const wrong = policies.find((policy) => policy !== undefined && policy !== SAFE);
    this.problem = wrong === undefined ? undefined : evicts(wrong);
    if (this.problem) throw this.problem;
  }
}

/** Undefined where Redis tells neither way. */
async function policyOf(node: Redis): Promise<string | undefined> {
  try {
    const [, policy] = await node.config('GET', 'maxmemory-policy');
    if (policy !== undefined) return policy;
  } catch {
    // Denied to this user, as CONFIG often is: the same stands in what INFO tells.
  }
  return /^maxmemory_policy:(\S+)/m.exec(await node.info('memory'))?.[1];
}

function evicts(policy: string): ReadModelSetupError {
  const known = /^[a-z-]{1,32}$/.test(policy) ? policy : 'another policy';
  return new ReadModelSetupError(
    `names a Redis whose maxmemory-policy is ${known}: set it to ${SAFE}, because a key that was evicted would look like one that was never set`,
  );
}
