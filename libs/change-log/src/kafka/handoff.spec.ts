import { Handoff } from './handoff.js';

describe('a handoff', () => {
  it('lets who offers wait until the receiver asks for more', async () => {
    const handoff = new Handoff<number>();
    let done = false;
    const offered = handoff.offer(1).then(() => (done = true));
    expect(await handoff.take()).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    const next = handoff.take();
    await offered;
    void handoff.offer(2);
    expect(await next).toBe(2);
  });

  it('gives the first failure to who waits, and to who asks later', async () => {
    const handoff = new Handoff<number>();
    const waiting = handoff.take();
    handoff.fail(new Error('first'));
    handoff.fail(new Error('second'));
    await expect(waiting).rejects.toThrow('first');
    await expect(handoff.take()).rejects.toThrow('first');
  });

  it('releases both sides when it is closed', async () => {
    const handoff = new Handoff<number>();
    const waiting = handoff.take();
    const offered = [handoff.offer(1), handoff.offer(2)];
    expect(await waiting).toBe(1);
    handoff.close();
    await Promise.all([...offered, handoff.offer(3)]);
    expect(await handoff.take()).toBeUndefined();
  });
});
