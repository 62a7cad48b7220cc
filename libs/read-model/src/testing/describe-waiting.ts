import { canWaitForPosition, type PositionWaiter, type ReadModel } from '../read-model.port.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import { STORE, at } from './sample-records.js';

/** The optional ability to be told when a position is reached. */
export function describeWaiting(store: () => ReadModelUnderTest, offered: boolean): void {
  describe('waiting for a position', () => {
    it(offered ? 'is offered' : 'is not offered, and readers see that', () => {
      expect(canWaitForPosition(store().reader)).toBe(offered);
    });
    if (offered) describeOffered(store);
  });
}

function describeOffered(store: () => ReadModelUnderTest): void {
  const waiter = () => store().reader as ReadModel & PositionWaiter;
  const forEver = new AbortController().signal;

  it('ends when the position is reached and not before', async () => {
    const { reader, writer } = store();
    await writer.reset(STORE);
    let reached = false;
    const waiting = waiter()
      .waitFor(at(2), forEver)
      .then(() => (reached = true));
    await writer.write([], at(1));
    await reader.status();
    expect(reached).toBe(false);
    await writer.write([], at(2));
    expect(await waiting).toBe(true);
  });

  it('ends at once when the position was reached before', async () => {
    await store().writer.reset(STORE);
    await store().writer.write([], at(2));
    await expect(waiter().waitFor(at(1), forEver)).resolves.toBeUndefined();
    await expect(waiter().waitFor(at(2), forEver)).resolves.toBeUndefined();
  });

  it('ends for everybody who waits for that position or an earlier one', async () => {
    await store().writer.reset(STORE);
    const waiting = [1, 2, 2, 3].map((n) => waiter().waitFor(at(n), forEver));
    await store().writer.heartbeat(at(3));
    await expect(Promise.all(waiting)).resolves.toHaveLength(4);
  });

  it('ends with the reason of an abort', async () => {
    await store().writer.reset(STORE);
    const controller = new AbortController();
    const waiting = waiter().waitFor(at(2), controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(waiter().waitFor(at(2), controller.signal)).rejects.toThrow('enough');
  });
}
