import { START_OF_LOG } from '@keyward/contracts';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import {
  OTHER_STORE,
  STORE,
  at,
  organizationRecord,
  orgSlot,
  slotWithKey,
  slotWithoutKey,
} from './sample-records.js';

const SLOT = orgSlot('acme', 'openai');

/** The checkpoint and the fence of every record. */
export function describeCheckpoint(store: () => ReadModelUnderTest): void {
  const slotInStore = async () => (await store().writer.load([{ kind: 'slot', address: SLOT }]))[0];

  describe('checkpoint', () => {
    it('is null in a store that nobody ever wrote to', async () => {
      expect(await store().writer.checkpoint(STORE)).toBeNull();
    });

    it('is the start of the log after a reset', async () => {
      const { writer } = store();
      await writer.reset(STORE);
      expect(await writer.checkpoint(STORE)).toEqual(START_OF_LOG);
    });

    it('is null for another log than the one that fills it', async () => {
      const { writer } = store();
      await writer.reset(STORE);
      await writer.write([], at(4));
      expect(await writer.checkpoint(OTHER_STORE)).toBeNull();
      expect(await writer.checkpoint(STORE)).toEqual(at(4));
    });

    it('moves with what is written, and never back', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      await writer.write([organizationRecord('acme')], at(4));
      await writer.write([organizationRecord('globex')], at(3));
      expect(await writer.checkpoint(STORE)).toEqual(at(4));
      expect((await reader.status()).position).toEqual(at(4));
      expect(await reader.organization('globex')).toEqual(organizationRecord('globex'));
    });

    it('is the position that readers see', async () => {
      const { reader, writer } = store();
      await writer.reset(STORE);
      await writer.write([], at(9));
      expect((await reader.status()).position).toEqual(await writer.checkpoint(STORE));
    });
  });

  describe('fence', () => {
    beforeEach(() => store().writer.reset(STORE));

    it('lets a newer revision replace an older one', async () => {
      const { writer } = store();
      await writer.write([slotWithKey(SLOT, 0n)], at(1));
      await writer.write([slotWithoutKey(SLOT, 1n)], at(2));
      expect(await slotInStore()).toEqual(slotWithoutKey(SLOT, 1n));
    });

    it('keeps a newer revision when an older one comes', async () => {
      const { writer } = store();
      await writer.write([slotWithoutKey(SLOT, 11n)], at(3));
      await writer.write([slotWithKey(SLOT, 9n)], at(4));
      expect(await slotInStore()).toEqual(slotWithoutKey(SLOT, 11n));
    });

    it('holds for each record of a batch by itself', async () => {
      const { reader, writer } = store();
      await writer.write([organizationRecord('acme', 5n), organizationRecord('globex', 1n)], at(3));
      await writer.write([organizationRecord('acme', 4n), organizationRecord('globex', 2n)], at(4));
      expect(await reader.organization('acme')).toEqual(organizationRecord('acme', 5n));
      expect(await reader.organization('globex')).toEqual(organizationRecord('globex', 2n));
    });

    it('lets a key that was wrapped anew replace itself at the same revision, and not the other way round', async () => {
      const { writer } = store();
      await writer.write([slotWithKey(SLOT, 1n, 0n)], at(1));
      await writer.write([slotWithKey(SLOT, 1n, 10n)], at(2));
      await writer.write([slotWithKey(SLOT, 1n, 9n)], at(3));
      expect(await slotInStore()).toEqual(slotWithKey(SLOT, 1n, 10n));
    });

    it('does not let newer sealed bytes carry an older revision back in', async () => {
      const { writer } = store();
      await writer.write([slotWithoutKey(SLOT, 2n)], at(1));
      await writer.write([slotWithKey(SLOT, 1n, 7n)], at(2));
      expect(await slotInStore()).toEqual(slotWithoutKey(SLOT, 2n));
    });
  });

  describe('writing before the first reset', () => {
    it('is refused, because nobody knows of which log it is', async () => {
      const { writer } = store();
      await expect(writer.write([organizationRecord('acme')], at(1))).rejects.toThrow(/reset/);
      await expect(writer.markReady()).rejects.toThrow(/reset/);
      await expect(writer.heartbeat(at(1))).rejects.toThrow(/reset/);
      expect(await writer.checkpoint(STORE)).toBeNull();
    });
  });

  describe('writing after the checkpoint was null', () => {
    it('is refused, because what is there belongs to another log', async () => {
      const { writer } = store();
      await writer.reset(OTHER_STORE);
      expect(await writer.checkpoint(STORE)).toBeNull();
      await expect(writer.write([organizationRecord('acme')], at(1))).rejects.toThrow(/reset/);
      await expect(writer.load([{ kind: 'rollout' }])).rejects.toThrow(/reset/);
      await expect(writer.markReady()).rejects.toThrow(/reset/);
      await expect(writer.heartbeat(at(1))).rejects.toThrow(/reset/);
      expect(await writer.checkpoint(OTHER_STORE)).toEqual(START_OF_LOG);
    });
  });
}
