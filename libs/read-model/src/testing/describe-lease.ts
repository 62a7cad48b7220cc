import { canLease, type ReadModelWriter, type WriterLease } from '../read-model.port.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';

/** The optional ability to let one projector of several work at a time. */
export function describeLease(store: () => ReadModelUnderTest): void {
  const forEver = new AbortController().signal;
  const first = () => store().writer as ReadModelWriter & WriterLease;
  const second = () => store().another!() as unknown as WriterLease;

  describe('the lease', () => {
    it('is offered', () => {
      expect(canLease(store().writer)).toBe(true);
    });

    it("is one projector's until it is given back", async () => {
      const held = await first().lease(forEver);
      let taken = false;
      const waiting = second()
        .lease(forEver)
        .then((lease) => {
          taken = true;
          return lease;
        });
      await store().reader.status();
      expect(taken).toBe(false);
      expect(held.lost.aborted).toBe(false);
      await held.release();
      await (await waiting).release();
    });

    it('is no longer waited for once the signal aborts, with its reason', async () => {
      const held = await first().lease(forEver);
      const controller = new AbortController();
      const waiting = second().lease(controller.signal);
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await held.release();
    });

    it('passes on when its holder died', async () => {
      const dying = store().another!();
      await (dying as unknown as WriterLease).lease(forEver);
      await dying.close();
      await (await first().lease(forEver)).release();
    });
  });
}
