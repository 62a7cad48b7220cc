import fc from 'fast-check';
import type { ReadModelRecord } from '../records.js';
import type { ReadModelUnderTest } from './read-model-under-test.js';
import {
  STORE,
  at,
  orgSlot,
  organizationRecord,
  projectRecord,
  projectSlot,
  rolloutRecord,
  slotWithKey,
  slotWithoutKey,
} from './sample-records.js';

const INTEGRATIONS = ['openai', 'slack'];
const PROJECTS = ['a', 'b', 'c'];
const SLOTS = INTEGRATIONS.flatMap((integration) => [
  orgSlot('acme', integration),
  ...PROJECTS.map((project) => projectSlot('acme', project, integration)),
]);

type Make = (revision: bigint) => ReadModelRecord;
/** Every kind of record, each at any revision. */
export const MAKERS: readonly Make[] = [
  (revision) => organizationRecord('acme', revision),
  (revision) => projectRecord('acme', 'a', revision),
  (revision) => rolloutRecord(revision),
  ...SLOTS.map((address) => (revision: bigint) => {
    return revision % 3n === 2n ? slotWithoutKey(address, revision) : slotWithKey(address, revision);
  }),
];

/** A history as the projector writes it: each record's revisions go up one by one, in batches. */
const history = fc
  .array(fc.array(fc.nat(MAKERS.length - 1), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((batches) => {
    const next = new Map<number, bigint>();
    return batches.map((makers) =>
      [...new Set(makers)].map((maker) => {
        const revision = next.get(maker) ?? 0n;
        next.set(maker, revision + 1n);
        return MAKERS[maker]!(revision);
      }),
    );
  });

export function describeReplay(open: () => Promise<ReadModelUnderTest>, numRuns: number): void {
  describe('replay', () => {
    it('of any part of what was written, any number of times, changes nothing', async () => {
      const replays = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(history, replays, async (batches, ranges) => {
          const store = await open();
          try {
            await store.writer.reset(STORE);
            await writeAll(store, batches, 0);
            const before = await everything(store);
            for (const [from, count] of ranges)
              await writeAll(store, batches.slice(from, from + count), from);
            expect(await everything(store)).toEqual(before);
          } finally {
            await store.close();
          }
        }),
        { numRuns },
      );
    });

    it('leaves what each record was last written as, and counts accordingly', async () => {
      await fc.assert(
        fc.asyncProperty(history, async (batches) => {
          const store = await open();
          try {
            await store.writer.reset(STORE);
            await writeAll(store, batches, 0);
            const { records, listing } = await everything(store);
            const last = new Map(batches.flat().map((record) => [keyOf(record), record]));
            expect(records.filter(Boolean)).toEqual(expect.arrayContaining([...last.values()]));
            expect(records.filter(Boolean)).toHaveLength(last.size);
            for (const { integrationId, overridingProjects } of listing) {
              expect(overridingProjects).toBe(
                [...last.values()].filter((record) => isOverride(record, integrationId)).length,
              );
            }
          } finally {
            await store.close();
          }
        }),
        { numRuns },
      );
    });
  });
}

async function writeAll(
  store: ReadModelUnderTest,
  batches: readonly (readonly ReadModelRecord[])[],
  first: number,
) {
  for (const [index, batch] of batches.entries()) await store.writer.write(batch, at(first + index));
}

/** All that can be told of a store filled by {@link MAKERS}. */
export async function everything({ reader, writer }: Pick<ReadModelUnderTest, 'reader' | 'writer'>) {
  const records = await writer.load([
    { kind: 'organization', organizationId: 'acme' },
    { kind: 'project', organizationId: 'acme', projectId: 'a' },
    { kind: 'rollout' },
    ...SLOTS.map((address) => ({ kind: 'slot', address }) as const),
  ]);
  const listing = await reader.organizationSlots('acme', INTEGRATIONS);
  return { records, listing, status: await reader.status() };
}

function keyOf(record: ReadModelRecord): string {
  return record.kind === 'slot' ? JSON.stringify(record.address) : record.kind;
}

function isOverride(record: ReadModelRecord, integrationId: string): boolean {
  if (record.kind !== 'slot' || record.address.projectId === null) return false;
  return record.address.integrationId === integrationId && record.state.key !== null;
}
