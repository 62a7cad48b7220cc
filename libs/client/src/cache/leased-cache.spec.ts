import type { Lookup } from '../lookup/lookup.js';
import { ManualClock } from '../testing/manual-clock.js';
import type { CachedAddress } from './cached-address.js';
import { LeasedCache } from './leased-cache.js';

const ANSWER: Lookup = { outcome: 'not_configured', reason: 'not_set', position: 'p0', stale: false };

function setUp(maxEntries = 100) {
  const clock = new ManualClock();
  const cache = new LeasedCache({ maxEntries, now: () => clock.monotonicMs() });
  const put = (projectId: string, integrationId: string, leaseMs = 1_000): CachedAddress => {
    const address = cache.pin(projectId, integrationId);
    cache.store(address, ANSWER, clock.monotonicMs() + leaseMs, cache.stampOf(address));
    cache.unpin(address);
    return address;
  };
  const floorOf = (projectId: string, integrationId: string): string | undefined => {
    const address = cache.pin(projectId, integrationId);
    const { floor } = cache.stampOf(address);
    cache.unpin(address);
    return floor;
  };
  return { clock, cache, put, floorOf };
}

describe('LeasedCache', () => {
  it('ends a lease on time, however often the answer is used', () => {
    const { clock, cache, put } = setUp();
    put('web', 'openai', 100);
    clock.advance(99);
    expect(cache.held('web', 'openai')?.value).toBe(ANSWER);
    clock.advance(1);
    expect(cache.held('web', 'openai')).toBeUndefined();
  });

  it('drops only the project whose slot changed', () => {
    const { cache, put, floorOf } = setUp();
    put('web', 'openai');
    put('app', 'openai');
    cache.changed({ projectId: 'web', integrationId: 'openai', position: 'p1' });
    expect(cache.held('web', 'openai')).toBeUndefined();
    expect(cache.held('app', 'openai')).toBeDefined();
    expect([floorOf('web', 'openai'), floorOf('app', 'openai')]).toEqual(['p1', undefined]);
  });

  it("drops every project's answer for an integration when the organization's slot changed", () => {
    const { cache, put, floorOf } = setUp();
    put('web', 'openai');
    put('app', 'openai');
    put('web', 'slack');
    cache.changed({ projectId: undefined, integrationId: 'openai', position: 'p1' });
    expect(cache.held('web', 'openai')).toBeUndefined();
    expect(cache.held('app', 'openai')).toBeUndefined();
    expect(cache.held('web', 'slack')).toBeDefined();
    expect([floorOf('new', 'openai'), floorOf('web', 'slack')]).toEqual(['p1', undefined]);
  });

  it('asks for the later of the two slots that decide an address', () => {
    const { cache, floorOf } = setUp();
    cache.changed({ projectId: 'web', integrationId: 'openai', position: 'p1' });
    cache.changed({ projectId: undefined, integrationId: 'openai', position: 'p2' });
    expect(floorOf('web', 'openai')).toBe('p2');
    cache.changed({ projectId: 'web', integrationId: 'openai', position: 'p3' });
    expect([floorOf('web', 'openai'), floorOf('app', 'openai')]).toEqual(['p3', 'p2']);
  });

  it('is not set back by a change that is delivered again', () => {
    const { cache, put, floorOf } = setUp();
    const slot = { projectId: 'web', integrationId: 'openai' };
    cache.changed({ ...slot, position: 'p1' });
    cache.changed({ ...slot, position: 'p2' });
    put('web', 'openai');
    cache.changed({ ...slot, position: 'p1' });
    expect(floorOf('web', 'openai')).toBe('p2');
    expect(cache.held('web', 'openai')).toBeDefined();
  });

  it('does not keep an answer that was asked for before a change', () => {
    const { clock, cache } = setUp();
    const address = cache.pin('web', 'openai');
    const stamp = cache.stampOf(address);
    cache.changed({ projectId: undefined, integrationId: 'openai', position: 'p1' });
    expect(cache.store(address, ANSWER, clock.monotonicMs() + 1_000, stamp)).toBe(false);
    expect(cache.held('web', 'openai')).toBeUndefined();
  });

  it('drops all on a reset and asks for what the watch reached, whatever was known before', () => {
    const { cache, put, floorOf } = setUp();
    cache.changed({ projectId: 'web', integrationId: 'openai', position: 'p1' });
    put('web', 'openai');
    put('app', 'slack');
    cache.reset('p9');
    expect(cache.size).toBe(0);
    expect([floorOf('web', 'openai'), floorOf('app', 'slack')]).toEqual(['p9', 'p9']);
  });

  it('never holds more than it may', () => {
    const { cache, put } = setUp(2);
    put('a', 'openai');
    put('b', 'openai');
    put('c', 'openai');
    expect(cache.size).toBe(2);
    expect(cache.held('a', 'openai')).toBeUndefined();
    expect(cache.held('c', 'openai')).toBeDefined();
  });

  it('lets go of keys whose lease ended, but not of what makes late answers too old', () => {
    const { clock, cache, put, floorOf } = setUp();
    put('web', 'openai', 100);
    cache.changed({ projectId: 'app', integrationId: 'openai', position: 'p1' });
    clock.advance(1_000);
    cache.sweep();
    expect(cache.size).toBe(0);
    expect(floorOf('app', 'openai')).toBe('p1');
    clock.advance(3_600_000);
    cache.sweep();
    expect(floorOf('app', 'openai')).toBeUndefined();
  });

  it('keeps what a lookup on its way needs, however long that takes', () => {
    const { clock, cache } = setUp();
    const address = cache.pin('web', 'openai');
    cache.changed({ projectId: undefined, integrationId: 'openai', position: 'p1' });
    const stamp = cache.stampOf(address);
    clock.advance(3_600_000);
    cache.sweep();
    expect(cache.stampOf(address)).toBe(stamp);
  });
});
