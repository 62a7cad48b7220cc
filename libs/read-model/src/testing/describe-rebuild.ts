import { ReadModelLostError } from '../read-model.errors.js';
import { canBeMaintained, type Maintained } from '../maintenance/maintenance.port.js';
import type { ReadModelWriter } from '../read-model.port.js';
import { newJob } from '../maintenance/maintenance-job.js';
import { streamOf } from '../projection/record-stream.js';
import type { ReadModelRecord, RecordKey, SlotRecord } from '../records.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import {
  STORE,
  at,
  orgSlot,
  organizationRecord,
  projectSlot,
  rolloutRecord,
  slotWithKey,
} from './sample-records.js';

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
  const builds = () => store().writer as ReadModelWriter & Maintained;
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
      expect(canBeMaintained(store().writer)).toBe(true);
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

    it('is gone on with by its name, where it was', async () => {
      const builder = await builds().rebuildBeside(STORE);
      await builder.write(recordsAt(2n), at(2));
      const resumed = await builds().resumeBeside(STORE, builder.generation);
      expect(await resumed.checkpoint(STORE)).toEqual(at(2));
      expect(await resumed.isServed()).toBe(false);
      await resumed.write(recordsAt(5n), at(5));
      await resumed.markReady();
      expect(await resumed.isServed()).toBe(true);
      expect(await served()).toBe(5n);
      await expect(builds().resumeBeside(STORE, 'another')).rejects.toThrow(ReadModelLostError);
    });

    it('is given up when that is asked for, and what is served never', async () => {
      const builder = await builds().rebuildBeside(STORE);
      await builds().dropBeside(builder.generation);
      expect(await builder.checkpoint(STORE)).toBeDefined();
      await builds().dropBeside(null);
      await expect(builder.write([], at(5))).rejects.toThrow(ReadModelLostError);
      await builds().dropBeside(null);
      expect(await served()).toBe(4n);
    });

    it('refuses to begin where nothing is served', async () => {
      await store().writer.reset(STORE);
      await expect(builds().rebuildBeside(STORE)).rejects.toThrow(ReadModelLostError);
      await expect(builds().inspect()).rejects.toThrow(ReadModelLostError);
    });

    it('is never a wrong answer to those who read meanwhile', async () => {
      const reader = store().another?.() ?? store().reader;
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
      const reader = store().another?.() ?? store().reader;
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

  describe('its records, one by one', () => {
    const key = (record: ReadModelRecord): RecordKey => record;

    beforeEach(async () => {
      const { writer } = store();
      await writer.reset(STORE);
      await writer.write([...recordsAt(4n), organizationRecord('globex'), rolloutRecord()], at(4));
      await writer.markReady();
    });

    const scanned = async (organizationId: string | null, generation?: string): Promise<string[]> => {
      const names = new Set<string>();
      const source = await builds().inspect(generation);
      for await (const { records, miscounts } of source.scan(organizationId)) {
        expect(miscounts).toEqual([]);
        for (const { record } of records) names.add(`${streamOf(key(record!))}@${record!.revision}`);
      }
      return [...names].sort();
    };

    it('are found by their keys, and all together', async () => {
      const source = await builds().inspect();
      const [first] = recordsAt(4n);
      expect(await source.position()).toEqual(at(4));
      expect(await source.find([first!, { kind: 'organization', organizationId: 'nobody' }])).toEqual([
        { key: first, record: first },
        undefined,
      ]);
      const acme = [
        'organization-acme@4',
        'orgKey-acme~openai@4',
        ...ADDRESSES.map(({ projectId }) => `projectKey-acme~${projectId}~openai@4`),
      ];
      expect(await scanned('acme')).toEqual(acme.toSorted());
      expect(await scanned(null)).toEqual([...acme, 'organization-globex@0', 'rollout-keys@0'].sort());
      expect(await scanned('nobody')).toEqual([]);
    });

    it('are those of the generation that is named, for as long as it is there', async () => {
      const live = await builds().inspect();
      const builder = await builds().rebuildBeside(STORE);
      await builder.write([organizationRecord('acme', 5n)], at(5));
      expect(await scanned(null, builder.generation)).toEqual(['organization-acme@5']);
      expect(await live.position()).toEqual(at(4));
      await builder.markReady();
      expect(await scanned(null)).toEqual(['organization-acme@5']);
      await expect(live.position()).rejects.toThrow(ReadModelLostError);
      await expect(builds().inspect('another')).rejects.toThrow(ReadModelLostError);
    });
  });

  describe('the job that is kept in it', () => {
    const request = {
      id: 'one',
      kind: 'check',
      extent: 5,
      organizationId: null,
      requestedBy: 'alice é✓',
      requestedAt: '2026-03-01T12:00:00.000Z',
    } as const;

    it('is changed by whoever knows what is there, and by nobody else', async () => {
      expect(await builds().job()).toBeUndefined();
      const first = newJob(request, 1);
      expect(await builds().putJob({ ...first, revision: 2 })).toBe(false);
      expect(await builds().putJob(first)).toBe(true);
      expect(await builds().putJob(first)).toBe(false);
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((problem) => builds().putJob({ ...first, revision: 2, problem })),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await builds().job()).toEqual({ ...first, revision: 2, problem: expect.any(String) as string });
    });
  });
}
