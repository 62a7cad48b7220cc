import { StreamTurns } from './stream-turns.js';

describe('turns at a stream', () => {
  it('come one after another, in the order in which they were asked for', async () => {
    const turns = new StreamTurns();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
    };
    await Promise.all([turns.take('a', work('first')), turns.take('a', work('second'))]);
    expect(seen).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('are not held up by another stream', async () => {
    const turns = new StreamTurns();
    const never = turns.take('slow', () => new Promise<string>(() => undefined));
    const quick = turns.take('quick', async () => 'done');
    await expect(Promise.race([never, quick])).resolves.toBe('done');
  });

  it('go on after one that failed, and tell its caller alone', async () => {
    const turns = new StreamTurns();
    const failed = turns.take('a', () => Promise.reject(new Error('broken')));
    const next = turns.take('a', async () => 'fine');
    await expect(failed).rejects.toThrow('broken');
    await expect(next).resolves.toBe('fine');
  });
});
