import { effectiveKey, keySlot } from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import fc from 'fast-check';
import type { SlotRecord } from '../records.js';
import {
  ADDRESSES,
  CommandHistory,
  INTEGRATIONS,
  ORGANIZATION,
  PROJECTS,
  step,
} from '../testing/command-history.js';
import { ProjectionFixture } from '../testing/projection-fixture.js';

/** Where to cut the log into batches, and which of them to apply again, by a projector that remembers nothing. */
const delivery = fc.record({
  batchSize: fc.integer({ min: 1, max: 9 }),
  repeatEvery: fc.integer({ min: 1, max: 4 }),
});

describe('Projection, of any history that commands can make', () => {
  it('equals the fold of the log, and decides the same effective keys, however it is cut and repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), delivery, async (steps, how) => {
        const fixture = await ProjectionFixture.open();
        const history = new CommandHistory(fixture);
        for (const one of steps) await history.take(one);
        await deliver(fixture, await fixture.everything(), how);
        for (const address of ADDRESSES) {
          const record = (await fixture.record({ kind: 'slot', address })) as SlotRecord | undefined;
          expect(record).toEqual(await history.expectedRecord(address));
        }
        await expectSameEffectiveKeys(fixture, history);
      }),
      { numRuns: 150 },
    );
  });
});

async function deliver(
  fixture: ProjectionFixture,
  log: readonly RecordedEvent[],
  { batchSize, repeatEvery }: { batchSize: number; repeatEvery: number },
): Promise<void> {
  let projection = fixture.projection(2);
  for (let start = 0, batch = 0; start < log.length; start += batchSize, batch++) {
    await projection.apply(log.slice(start, start + batchSize));
    if (batch % repeatEvery !== 0) continue;
    projection = fixture.projection(2);
    await projection.apply(log.slice(Math.max(0, start - batchSize), start + batchSize));
  }
}

async function expectSameEffectiveKeys(
  { readModel }: ProjectionFixture,
  history: CommandHistory,
): Promise<void> {
  for (const integrationId of INTEGRATIONS) {
    const organization = history.state({ organizationId: ORGANIZATION, projectId: null, integrationId });
    let overriding = 0;
    for (const projectId of PROJECTS) {
      const address = { organizationId: ORGANIZATION, projectId, integrationId };
      const project = history.state(address);
      if (project.key) overriding += 1;
      const { entries } = await readModel.lookup([address]);
      const fromReadModel = effectiveKey({
        organization: entries[0]!.organizationSlot?.state ?? keySlot.initialState,
        project: entries[0]!.projectSlot?.state ?? keySlot.initialState,
      });
      expect(fromReadModel).toEqual(effectiveKey({ organization, project }));
    }
    const [listed] = await readModel.organizationSlots(ORGANIZATION, [integrationId]);
    expect(listed!.overridingProjects).toBe(overriding);
  }
}
