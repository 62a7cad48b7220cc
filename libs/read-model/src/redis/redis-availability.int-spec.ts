// @needs redis
import { inspect } from 'node:util';
import { startRedis } from '../../../../scripts/services/redis.mjs';
import { ReadModelFullError, ReadModelUnavailableError } from '../read-model.errors.js';
import { STORE, at, orgSlot, slotWithKey } from '../testing/sample-records.js';
import { ADDRESS, RedisUnderFault, TIMEOUT_MS, until } from './redis-fault.fixtures.js';

let redis: RedisUnderFault;
beforeEach(async () => {
  redis = await RedisUnderFault.start();
});
afterEach(() => redis.end());

describe('a Redis that is stopped', () => {
  it('is an error and never "not set", and serves again by itself when it is back with its data', async () => {
    await redis.fill();
    const { port } = redis.server;
    await redis.server.stop();
    await until(async () => (await redis.answer()) === 'unavailable');
    await expect(redis.store.organization('acme')).rejects.toThrow(ReadModelUnavailableError);
    expect(await redis.store.health()).toMatchObject({ ok: false });
    redis.server = await startRedis({ port });
    // It came back empty, as one without persistence does.
    await until(async () => (await redis.answer()) === 'not ready');
    expect(await redis.store.checkpoint(STORE)).toBeNull();
    await redis.fill();
    expect(await redis.answer()).toBe('found');
    expect((await redis.store.health()).ok).toBe(true);
  });

  it('keeps nobody waiting', async () => {
    await redis.fill();
    await redis.server.stop();
    await until(async () => (await redis.answer()) === 'unavailable');
    const begun = performance.now();
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => redis.answer()));
    expect(new Set(outcomes)).toEqual(new Set(['unavailable']));
    expect(performance.now() - begun).toBeLessThan(10 * TIMEOUT_MS);
  });
});

describe('a Redis that is frozen', () => {
  it('costs the first callers their time-out, then nobody, and is found again by a probe', async () => {
    await redis.fill();
    process.kill(redis.server.pid, 'SIGSTOP');
    try {
      const first: Promise<unknown>[] = [];
      for (let n = 0; n < 20; n++) {
        first.push(redis.answer());
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await Promise.all(first);
      expect(redis.breaker.at(-1)).toBe('open');
      let refusedAtOnce = 0;
      for (let n = 0; n < 50; n++) {
        const begun = performance.now();
        expect(await redis.answer()).toBe('unavailable');
        if (performance.now() - begun < TIMEOUT_MS / 2) refusedAtOnce += 1;
      }
      expect(refusedAtOnce).toBeGreaterThan(40);
    } finally {
      process.kill(redis.server.pid, 'SIGCONT');
    }
    await until(async () => (await redis.answer()) === 'found');
    expect(redis.breaker).toContain('half-open');
    expect(redis.breaker.at(-1)).toBe('closed');
  });

  it('ends a write in time, and to write it again is harmless whatever became of it', async () => {
    await redis.fill();
    process.kill(redis.server.pid, 'SIGSTOP');
    const next = slotWithKey(orgSlot('acme', 'openai'), 1n);
    try {
      await expect(redis.store.write([next], at(2))).rejects.toThrow(ReadModelUnavailableError);
    } finally {
      process.kill(redis.server.pid, 'SIGCONT');
    }
    await until(async () => (await redis.answer()) === 'found');
    await until(() =>
      redis.store.write([next], at(2)).then(
        () => true,
        () => false,
      ),
    );
    expect((await redis.store.lookup([ADDRESS])).entries[0]!.organizationSlot).toEqual(next);
    expect(await redis.store.checkpoint(STORE)).toEqual(at(2));
  });
});

describe('a Redis that is full', () => {
  it('refuses writes with its own word for it, and goes on answering', async () => {
    await redis.fill();
    await redis.admin.config('SET', 'maxmemory', '1');
    const record = slotWithKey(orgSlot('acme', 'slack'));
    const refusal: unknown = await redis.store.write([record], at(2)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ReadModelFullError);
    // Redis' client hangs the whole command on its errors, and they are logged.
    expect(inspect(refusal, { depth: 20 })).not.toContain('slack');
    await expect(redis.store.heartbeat(at(2))).rejects.toThrow(ReadModelFullError);
    expect(await redis.answer()).toBe('found');
    await redis.admin.config('SET', 'maxmemory', '0');
    await redis.store.write([slotWithKey(orgSlot('acme', 'slack'))], at(2));
    expect((await redis.store.status()).position).toEqual(at(2));
  });
});

describe('connections', () => {
  it('are refused with a wrong password, without a word of it', async () => {
    await redis.admin.config('SET', 'requirepass', 'right-secret');
    const wrong = redis.open(redis.server.url.replace('//', '//:wrong-secret@'));
    const { detail } = (await wrong.health()) as { detail?: string };
    expect(detail).toMatch(/WRONGPASS/);
    expect(detail).not.toMatch(/secret/);
    const right = redis.open(redis.server.url.replace('//', '//:right-secret@'));
    expect((await right.health()).ok).toBe(true);
  });
});
