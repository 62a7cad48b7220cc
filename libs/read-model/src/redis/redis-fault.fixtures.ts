import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../../../scripts/services/redis.mjs';
import {
  STORE,
  at,
  organizationRecord,
  orgSlot,
  projectSlot,
  slotWithKey,
} from '../testing/sample-records.js';
import type { BreakerState } from './circuit-breaker.js';
import { RedisReadModel } from './redis-read-model.js';

export const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };
export const PROJECT_SLOT = projectSlot('acme', 'website', 'openai');
export const TIMEOUT_MS = 2_000;

const RECORDS = [
  organizationRecord('acme'),
  slotWithKey(orgSlot('acme', 'openai')),
  slotWithKey(PROJECT_SLOT),
];

/** What a worker would be told; an error of any kind counts as "unavailable". */
export type Answer = 'found' | 'not ready' | 'unavailable' | 'not set';

/** A Redis of the test's own, for whatever is to be done to it, and a read model in it. */
export class RedisUnderFault {
  readonly breaker: BreakerState[] = [];
  readonly admin: Redis;
  readonly store: RedisReadModel;
  private readonly opened: RedisReadModel[] = [];

  private constructor(public server: RedisServer) {
    this.admin = new Redis(server.url, { disconnectTimeout: 50 });
    this.admin.on('error', () => undefined);
    this.store = this.open(server.url);
  }

  static async start(): Promise<RedisUnderFault> {
    return new RedisUnderFault(await startRedis());
  }

  /** Opens a read model as a further process would. */
  open(url: string): RedisReadModel {
    const onBreaker = (state: BreakerState): void => void this.breaker.push(state);
    const opened = new RedisReadModel(url, { timeoutMs: TIMEOUT_MS, onBreaker });
    this.opened.push(opened);
    return opened;
  }

  /** Builds the read model as a projector would; afterwards {@link answer} is "found". */
  async fill(writer: RedisReadModel = this.store): Promise<void> {
    await writer.checkpoint(STORE);
    await writer.reset(STORE);
    await writer.write(RECORDS, at(1));
    await writer.markReady();
  }

  async answer(reader: RedisReadModel = this.store): Promise<Answer> {
    try {
      const { status, entries } = await reader.lookup([ADDRESS]);
      if (!status.ready) return 'not ready';
      const { organizationSlot, projectSlot: own } = entries[0]!;
      return organizationSlot && own ? 'found' : 'not set';
    } catch {
      return 'unavailable';
    }
  }

  async keysLike(pattern: string): Promise<string[]> {
    return (await this.admin.keys(pattern)).sort();
  }

  async end(): Promise<void> {
    for (const opened of this.opened) await opened.close();
    this.admin.disconnect();
    await this.server.stop();
  }
}

export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
