import { SilenceLimit } from './silence-limit.js';

describe('SilenceLimit', () => {
  it('allows three intervals of what it was told', () => {
    expect(new SilenceLimit(200).ms).toBe(600);
  });

  it('allows 15 seconds while it knows nothing', () => {
    expect(new SilenceLimit().ms).toBe(15_000);
  });

  it('follows a server with longer intervals, and comes back', () => {
    const limit = new SilenceLimit();
    limit.heartbeat(0);
    limit.heartbeat(10_000);
    expect(limit.ms).toBe(30_000);
    limit.heartbeat(11_000);
    expect(limit.ms).toBe(15_000);
  });

  it('finds the interval of a server whose second heartbeat it never waited for', () => {
    const limit = new SilenceLimit();
    for (let stream = 0; limit.ms < 40_000; stream += 1) {
      if (stream > 5) throw new Error('the limit does not grow');
      limit.opened();
      limit.heartbeat(stream * 100_000);
      limit.exceeded();
    }
    expect(limit.ms).toBe(60_000);
  });

  it('does not grow because of a server that never answers', () => {
    const limit = new SilenceLimit();
    limit.opened();
    limit.exceeded();
    expect(limit.ms).toBe(15_000);
  });

  it('never allows more than two minutes', () => {
    const limit = new SilenceLimit();
    limit.heartbeat(0);
    limit.heartbeat(1e9);
    expect(limit.ms).toBe(120_000);
  });
});
