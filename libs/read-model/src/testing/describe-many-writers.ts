import { START_OF_LOG } from '@keyward/contracts';
import { ReadModelLostError } from '../read-model.errors.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import { OTHER_STORE, STORE, at, orgSlot, slotWithKey, slotWithoutKey } from './sample-records.js';

const SLOT = orgSlot('acme', 'openai');
const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

/** A store that several processes share: any number of projectors, and readers that fill nothing. */
export function describeManyWriters(store: () => ReadModelUnderTest): void {
  const another = () => store().another!();

  describe('several processes', () => {
    it('see what one of them wrote, and go on from its checkpoint', async () => {
      const { writer } = store();
      await writer.reset(STORE);
      await writer.write([slotWithKey(SLOT)], at(3));
      await writer.markReady();
      await writer.heartbeat(at(4));
      const second = another();
      expect(await second.status()).toEqual({ ready: true, position: at(4), heartbeat: 1 });
      expect((await second.lookup([ADDRESS])).entries[0]?.organizationSlot).toEqual(slotWithKey(SLOT));
      expect(await second.checkpoint(STORE)).toEqual(at(4));
      await second.write([slotWithKey(SLOT, 1n)], at(5));
      expect((await store().reader.lookup([ADDRESS])).entries[0]?.organizationSlot).toEqual(
        slotWithKey(SLOT, 1n),
      );
    });

    it('write the same log at their own pace, and the newest of each record and of the checkpoint stays', async () => {
      const { writer, reader } = store();
      await writer.reset(STORE);
      const behind = another();
      expect(await behind.checkpoint(STORE)).toEqual(START_OF_LOG);
      const history = [slotWithKey(SLOT, 0n), slotWithoutKey(SLOT, 1n), slotWithKey(SLOT, 2n)];
      for (const [n, record] of history.entries()) await writer.write([record], at(n));
      for (const [n, record] of history.entries()) {
        await behind.write([record], at(n));
        expect((await reader.lookup([ADDRESS])).entries[0]?.organizationSlot).toEqual(history[2]);
        expect(await writer.checkpoint(STORE)).toEqual(at(2));
      }
    });

    it('refuse one that was frozen while another built anew, and nothing of its writes is seen', async () => {
      const zombie = another();
      await zombie.reset(STORE);
      await zombie.write([slotWithKey(SLOT, 7n)], at(7));
      await zombie.markReady();
      const { writer, reader } = store();
      await writer.reset(OTHER_STORE);
      await writer.markReady();
      await expect(zombie.write([slotWithKey(SLOT, 8n)], at(8))).rejects.toThrow(ReadModelLostError);
      await expect(zombie.heartbeat(at(8))).rejects.toThrow(ReadModelLostError);
      await expect(zombie.markReady()).rejects.toThrow(ReadModelLostError);
      const { status, entries } = await reader.lookup([ADDRESS]);
      expect(status).toMatchObject({ ready: true, position: START_OF_LOG });
      expect(entries[0]?.organizationSlot).toBeUndefined();
    });

    it('refuse to begin anew what another has begun since one looked', async () => {
      const late = another();
      expect(await late.checkpoint(STORE)).toBeNull();
      const { writer, reader } = store();
      expect(await writer.checkpoint(STORE)).toBeNull();
      await writer.reset(STORE);
      await writer.write([], at(1));
      await writer.markReady();
      await expect(late.reset(STORE)).rejects.toThrow(ReadModelLostError);
      expect((await reader.status()).ready).toBe(true);
      expect(await late.checkpoint(STORE)).toEqual(at(1));
    });

    it('are not ready for a reader of another log', async () => {
      const { writer } = store();
      await writer.reset(STORE);
      await writer.write([slotWithKey(SLOT)], at(3));
      await writer.markReady();
      const foreign = another();
      (foreign as unknown as { bindTo(storeId: string): void }).bindTo(OTHER_STORE);
      expect((await foreign.status()).ready).toBe(false);
      expect((await foreign.lookup([ADDRESS])).status).toMatchObject({
        ready: false,
        position: START_OF_LOG,
      });
    });
  });
}
