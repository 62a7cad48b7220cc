import type { KeyUsage } from '../api/queries.js';
import { recentWorkers } from './recent-workers.js';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const key = { keyId: 'new' } as KeyUsage['key'];
const use = (worker: string, keyId: string, minutesAgo: number) =>
  ({
    worker,
    keyId,
    lastUsedAt: new Date(NOW - minutesAgo * 60_000).toISOString(),
  }) as KeyUsage['uses'][number];

describe('Workers that were given a key', () => {
  it('count once, if it was in the last hour', () => {
    const uses = [
      use('one', 'new', 1),
      use('one', 'old', 50),
      use('two', 'old', 59),
      use('three', 'old', 61),
    ];
    expect(recentWorkers({ key, uses }, NOW)).toEqual({ all: 2, current: 1 });
  });

  it('have nothing that is in force when no key is set', () => {
    expect(recentWorkers({ key: null, uses: [use('one', 'old', 1)] }, NOW)).toEqual({ all: 1, current: 0 });
  });
});
