import { START_OF_LOG } from '@keyward/contracts';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import { OTHER_STORE, STORE, at, organizationRecord, orgSlot, slotWithKey } from './sample-records.js';

const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

/** Readiness, heartbeat and position. */
export function describeStatus(store: () => ReadModelUnderTest): void {
  describe('status', () => {
    it('is not ready when nobody ever wrote to it', async () => {
      const { reader } = store();
      expect(await reader.status()).toMatchObject({ ready: false, position: START_OF_LOG });
    });

    it('says with every lookup that it is not ready, so that "not ready" is never "not set"', async () => {
      const { reader, writer } = store();
      expect((await reader.lookup([ADDRESS])).status.ready).toBe(false);
      await writer.reset(STORE);
      await writer.write([slotWithKey(orgSlot('acme', 'openai'))], at(1));
      expect((await reader.lookup([ADDRESS])).status.ready).toBe(false);
    });

    it('is ready once marked, and stays so', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      await writer.markReady();
      await writer.markReady();
      await writer.write([], at(1));
      expect(await reader.status()).toMatchObject({ ready: true, position: at(1) });
    });

    it('gives the same status with a lookup as by itself', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      await writer.markReady();
      await writer.heartbeat(at(3));
      expect((await reader.lookup([])).status).toEqual(await reader.status());
    });

    it('is not ready again after a reset, and forgets all records', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      await writer.write([organizationRecord('acme'), slotWithKey(orgSlot('acme', 'openai'))], at(5));
      await writer.markReady();
      await writer.reset(OTHER_STORE);
      expect(await reader.status()).toMatchObject({ ready: false, position: START_OF_LOG });
      expect(await reader.organization('acme')).toBeUndefined();
      const { entries } = await reader.lookup([ADDRESS]);
      expect(entries[0]?.organizationSlot).toBeUndefined();
    });

    it('counts heartbeats, and only them', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      const before = (await reader.status()).heartbeat;
      await writer.write([], at(1));
      await writer.markReady();
      expect((await reader.status()).heartbeat).toBe(before);
      await writer.heartbeat(at(1));
      await writer.heartbeat(at(1));
      expect((await reader.status()).heartbeat).toBe(before + 2);
    });

    it('moves the position with a heartbeat, and never back', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      await writer.heartbeat(at(7));
      expect((await reader.status()).position).toEqual(at(7));
      await writer.heartbeat(at(2));
      expect((await reader.status()).position).toEqual(at(7));
      expect(await writer.checkpoint(STORE)).toEqual(at(7));
    });

    it('is healthy when it can be reached', async () => {
      expect(await store().reader.health()).toMatchObject({ ok: true });
    });
  });
}
