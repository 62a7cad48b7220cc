import { ReadModelLostError } from '../read-model.errors.js';
import { canRebuildBeside, type ReadModelWriter, type RebuildsBeside } from '../read-model.port.js';
import type { SlotRecord } from '../records.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import { STORE, at, orgSlot, organizationRecord, projectSlot, slotWithKey } from './sample-records.js';

const ADDRESSES = ['a', 'b', 'c'].map((projectId) => ({
  organizationId: 'acme',
  projectId,
  integrationId: 'openai',
}));

/** Everything that the addresses need, each at one revision. */
const recordsAt = (revision: bigint) => [
  organizationRecord('acme', revision),
  slotWithKey(orgSlot('acme', 'openai'), revision),
  ...ADDRESSES.map(({ projectId }) => slotWithKey(projectSlot('acme', projectId, 'openai'), revision)),
];

/** The optional ability to be built anew beside what is served. */
export function describeRebuild(store: () => ReadModelUnderTest): void {
  const builds = () => store().writer as ReadModelWriter & RebuildsBeside;
  const served = async (): Promise<bigint | undefined> => {
    const { status, entries } = await store().reader.lookup(ADDRESSES);
    return status.ready ? entries[0]?.projectSlot?.revision : undefined;
  };

  describe('a rebuild beside what is served', () => {
    beforeEach(async () => {
      const { writer } = store();
      await writer.reset(STORE);
      await writer.write(recordsAt(4n), at(4));
      await writer.markReady();
    });

    it('is offered', () => {
      expect(canRebuildBeside(store().writer)).toBe(true);
    });

    it('is not seen before it is ready, and then at once', async () => {
      const builder = await builds().rebuildBeside(STORE);
      await builder.write(recordsAt(5n), at(5));
      expect(await served()).toBe(4n);
      expect(await store().reader.status()).toMatchObject({ ready: true, position: at(4) });
      await builder.markReady();
      expect(await served()).toBe(5n);
      expect(await store().reader.status()).toMatchObject({ ready: true, position: at(5) });
    });

    it('waits until it is as far as what is served, so that no reader goes back', async () => {
      const builder = await builds().rebuildBeside(STORE);
      await builder.write(recordsAt(3n), at(3));
      await builder.markReady();
      expect(await served()).toBe(4n);
      await builder.write(recordsAt(4n), at(4));
      expect(await store().reader.status()).toMatchObject({ ready: true, position: at(4) });
      await expect(store().writer.write([], at(5))).rejects.toThrow(ReadModelLostError);
      expect(await store().writer.checkpoint(STORE)).toEqual(at(4));
    });

    it('leaves the projector that follows the log at its work', async () => {
      const { writer } = store();
      await builds().rebuildBeside(STORE);
      await writer.write(recordsAt(5n), at(5));
      await writer.heartbeat(at(5));
      expect(await served()).toBe(5n);
      expect(await writer.checkpoint(STORE)).toEqual(at(5));
    });

    it('does not beat for what is served', async () => {
      const before = (await store().reader.status()).heartbeat;
      const builder = await builds().rebuildBeside(STORE);
      await builder.heartbeat(at(1));
      expect((await store().reader.status()).heartbeat).toBe(before);
    });

    it('goes on where it was, and is given up when another is begun', async () => {
      const builder = await builds().rebuildBeside(STORE);
      await builder.write(recordsAt(2n), at(2));
      expect(await builder.checkpoint(STORE)).toEqual(at(2));
      await builds().rebuildBeside(STORE);
      await expect(builder.write(recordsAt(3n), at(3))).rejects.toThrow(ReadModelLostError);
      await expect(builder.checkpoint(STORE)).rejects.toThrow(ReadModelLostError);
    });

    it('is never a wrong answer to those who read meanwhile', async () => {
      const reader = store().another!();
      const answers: { ready: boolean; slots: readonly (SlotRecord | undefined)[] }[] = [];
      let building = true;
      const read = async (): Promise<void> => {
        while (building) {
          const { status, entries } = await reader.lookup(ADDRESSES);
          answers.push({
            ready: status.ready,
            slots: entries.flatMap(({ organizationSlot, projectSlot }) => [organizationSlot, projectSlot]),
          });
        }
      };
      const reading = [read(), read(), read()];
      for (let round = 0; round < 10; round++) {
        const builder = await builds().rebuildBeside(STORE);
        await builder.write(recordsAt(4n), at(4));
        await builder.markReady();
      }
      building = false;
      await Promise.all(reading);
      expect(answers.length).toBeGreaterThan(10);
      for (const { ready, slots } of answers) {
        expect(ready).toBe(true);
        expect(slots.map((slot) => slot?.revision)).toEqual(slots.map(() => 4n));
      }
    });
  });

  describe('building anew what was given up', () => {
    it('is "not ready" to those who read meanwhile, and never "not set"', async () => {
      const { writer } = store();
      const reader = store().another!();
      let building = true;
      let answered = 0;
      const read = async (): Promise<void> => {
        while (building) {
          const { status, entries } = await reader.lookup(ADDRESSES);
          if (!status.ready) continue;
          answered += 1;
          for (const { organizationSlot, projectSlot } of entries) {
            expect(organizationSlot?.state.key).not.toBeFalsy();
            expect(projectSlot?.state.key).not.toBeFalsy();
          }
        }
      };
      const reading = Promise.all([read(), read()]);
      for (let round = 0; round < 10; round++) {
        await writer.reset(STORE);
        for (const [n, record] of recordsAt(1n).entries()) await writer.write([record], at(n));
        await writer.markReady();
        const before = answered;
        while (answered === before) await reader.status();
      }
      building = false;
      await reading;
    });
  });
}
