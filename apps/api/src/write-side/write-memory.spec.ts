import { START_OF_LOG } from '@keyward/contracts';
import type { DomainEvent } from '@keyward/domain';
import { WriteMemory, writeName, type Step } from './write-memory.js';

const write = (actor: string, key: string | null, before = 0, after = before + 1): Step<number> => {
  const data = { actor, idempotencyKey: key, requestDigest: 'digest' };
  return {
    event: { type: 'OrgKeySet', data } as unknown as DomainEvent,
    before,
    after,
    position: START_OF_LOG,
  };
};

describe('the memory of writes by their Idempotency-Key', () => {
  it('gives a write of several events as one', () => {
    const memory = new WriteMemory<number>();
    memory.remember(write('alice', 'key', 1, 2));
    memory.remember(write('alice', 'key', 2, 3));
    expect(memory.get(writeName('alice', 'key'))).toMatchObject({ before: 1, after: 3 });
    expect(memory.get(writeName('bob', 'key'))).toBeUndefined();
  });

  it('never says of a write that it was not, whatever it has forgotten', () => {
    const memory = new WriteMemory<number>();
    const names = Array.from({ length: 5_000 }, (_, n) => `key-${n}`);
    for (const name of names) memory.remember(write('alice', name));
    const known = names
      .map((name) => writeName('alice', name))
      .map((name) => memory.get(name) !== undefined || memory.mayHaveForgotten(name));
    expect(known.every(Boolean)).toBe(true);
  });

  it('forgets the oldest, so that it does not grow with its stream', () => {
    const memory = new WriteMemory<number>();
    const names = Array.from({ length: 5_000 }, (_, n) => writeName('alice', `key-${n}`));
    for (let n = 0; n < names.length; n++) memory.remember(write('alice', `key-${n}`));
    const held = names.filter((name) => memory.get(name));
    expect(held).toEqual(names.slice(-200));
  });

  it('seldom takes a new name for a forgotten one, and never while it has forgotten none', () => {
    const memory = new WriteMemory<number>();
    const news = Array.from({ length: 1_000 }, (_, n) => writeName('bob', `key-${n}`));
    for (let n = 0; n < 200; n++) memory.remember(write('alice', `key-${n}`));
    expect(news.filter((name) => memory.mayHaveForgotten(name))).toEqual([]);
    for (let n = 200; n < 10_000; n++) memory.remember(write('alice', `key-${n}`));
    expect(news.filter((name) => memory.mayHaveForgotten(name)).length).toBeLessThan(50);
  });

  it('holds nothing of writes without an Idempotency-Key', () => {
    const memory = new WriteMemory<number>();
    memory.remember(write('alice', null));
    expect(memory.get('null')).toBeUndefined();
  });
});
