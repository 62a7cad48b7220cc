// @needs redis
import { CorruptRecordError, ReadModelLostError, ReadModelSetupError } from '../read-model.errors.js';
import { STORE, at, orgSlot, projectSlot, slotWithKey } from '../testing/sample-records.js';
import { ADDRESS, PROJECT_SLOT, RedisUnderFault, until } from './redis-fault.fixtures.js';

let redis: RedisUnderFault;
beforeEach(async () => {
  redis = await RedisUnderFault.start();
});
afterEach(() => redis.end());

describe('a Redis that evicts', () => {
  it('is refused at boot with the setting named', async () => {
    await redis.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const booting = redis.open(redis.server.url);
    await expect(booting.checkSetup()).rejects.toThrow(
      /KEYWARD_READ_MODEL.*maxmemory-policy is allkeys-lru.*noeviction/,
    );
    expect(await booting.health()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('noeviction'),
    });
    await expect(booting.lookup([ADDRESS])).rejects.toThrow(ReadModelSetupError);
    await expect(booting.checkpoint(STORE)).rejects.toThrow(ReadModelSetupError);
  });

  it('is found out where the user may not ask for the setting', async () => {
    await redis.admin.config('SET', 'maxmemory-policy', 'volatile-ttl');
    await redis.admin.acl('SETUSER', 'keyward', 'on', '>secret', '~*', '+@all', '-config');
    const limited = redis.open(redis.server.url.replace('//', '//keyward:secret@'));
    await expect(limited.checkSetup()).rejects.toThrow(/volatile-ttl/);
    await redis.admin.config('SET', 'maxmemory-policy', 'noeviction');
    await expect(limited.checkSetup()).resolves.toBeUndefined();
  });

  it('is no mistake in the settings while it is only out of reach', async () => {
    await redis.server.stop();
    await expect(redis.store.checkSetup()).resolves.toBeUndefined();
  });

  it.each([
    ['the slots', 'kw:*:{acme}:openai'],
    ['what stands beside them', 'kw:*:{acme}'],
  ])(
    'and dropped %s gives an error, not "not set", and has the projector build anew',
    async (_what, pattern) => {
      await redis.fill();
      const evicted = await redis.keysLike(pattern);
      expect(evicted).toHaveLength(1);
      await redis.admin.del(...evicted);
      expect(await redis.answer()).toBe('unavailable');
      const next = slotWithKey(projectSlot('acme', 'app', 'openai'));
      await expect(redis.store.load([{ kind: 'slot', address: next.address }])).rejects.toThrow(
        ReadModelLostError,
      );
      expect(await redis.answer()).toBe('not ready');
      expect(await redis.store.checkpoint(STORE)).toBeNull();
      await redis.fill();
      expect(await redis.answer()).toBe('found');
    },
  );

  it('and dropped slots that nothing is written to is given up by who reads, so that the next beat finds it', async () => {
    await redis.fill();
    await redis.admin.del(...(await redis.keysLike('kw:*:{acme}:openai')));
    const reader = redis.open(redis.server.url);
    expect(await redis.answer(reader)).toBe('unavailable');
    await until(async () => (await redis.answer(reader)) === 'not ready');
    await expect(redis.store.heartbeat(at(1))).rejects.toThrow(ReadModelLostError);
    expect(await redis.store.checkpoint(STORE)).toBeNull();
  });

  it('and dropped slots is noticed by a write too, which would have hidden the loss', async () => {
    await redis.fill();
    await redis.admin.del(...(await redis.keysLike('kw:*:{acme}:openai')));
    await expect(
      redis.store.write([slotWithKey(projectSlot('acme', 'app', 'openai'))], at(2)),
    ).rejects.toThrow(ReadModelLostError);
    expect(await redis.answer()).toBe('not ready');
  });
});

describe('a generation that has lost its mark', () => {
  it('is written no more, so that it is not whole again in part', async () => {
    await redis.fill();
    await redis.admin.del(...(await redis.keysLike('kw:*:mark:*')));
    const next = slotWithKey(projectSlot('acme', 'app', 'openai'));
    await expect(redis.store.write([next], at(2))).rejects.toThrow(ReadModelLostError);
    expect(await redis.answer()).toBe('not ready');
    expect(await redis.store.checkpoint(STORE)).toBeNull();
  });
});

describe('what somebody else wrote', () => {
  it.each([
    ['a text', () => redis.admin.set('kw:{meta}', 'hello')],
    ['a hash of something else', () => redis.admin.hset('kw:{meta}', 'name', 'value')],
    [
      'another format',
      () => redis.admin.hset('kw:{meta}', { format: '99', store: STORE, era: 'e', live: 'g', liveAt: '1 1' }),
    ],
    [
      'no sense',
      () => redis.admin.hset('kw:{meta}', { format: '1', store: STORE, era: 'e', live: 'g', liveAt: 'soon' }),
    ],
  ])('in place of the description, %s, is no read model, and is replaced by one', async (_what, plant) => {
    await plant();
    expect(['not ready', 'unavailable']).toContain(await redis.answer());
    expect(await redis.store.checkpoint(STORE)).toBeNull();
    await redis.fill();
    expect(await redis.answer()).toBe('found');
  });

  it('over records, of another type, is an error and has the projector build anew', async () => {
    await redis.fill();
    const [slots] = await redis.keysLike('kw:*:{acme}:openai');
    await redis.admin.set(slots!, 'hello');
    expect(await redis.answer()).toBe('unavailable');
    await expect(redis.store.write([slotWithKey(orgSlot('acme', 'openai'), 1n)], at(2))).rejects.toThrow(
      ReadModelLostError,
    );
    expect(await redis.store.checkpoint(STORE)).toBeNull();
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -1)],
    ['without its revision', (text: string) => text.slice(2)],
    ['of another shape', () => '0:0:1:[1,2,3]'],
    ['empty', () => ''],
  ])(
    'over a record, %s, is an error and never "not set"; it shows nothing of what it found',
    async (_what, alter) => {
      await redis.fill();
      const [slots] = await redis.keysLike('kw:*:{acme}:openai');
      const text = (await redis.admin.hget(slots!, 'website'))!;
      await redis.admin.hset(slots!, 'website', alter(text));
      const error: unknown = await redis.store.lookup([ADDRESS]).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CorruptRecordError);
      expect((error as Error).message).not.toContain('ciphertext');
      await expect(redis.store.load([{ kind: 'slot', address: PROJECT_SLOT }])).rejects.toThrow(
        ReadModelLostError,
      );
      expect(await redis.answer()).toBe('not ready');
    },
  );
});
