import type { RecordKey, ReadModelRecord } from '../records.js';
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

const RECORDS: readonly ReadModelRecord[] = [
  organizationRecord('acme', 3n),
  projectRecord('acme', 'website', 1n),
  rolloutRecord(2n),
  slotWithKey(orgSlot('acme', 'openai'), 4n, 2n),
  slotWithKey(projectSlot('acme', 'website', 'openai'), 0n),
];
const KEYS: readonly RecordKey[] = [
  { kind: 'organization', organizationId: 'acme' },
  { kind: 'project', organizationId: 'acme', projectId: 'website' },
  { kind: 'rollout' },
  { kind: 'slot', address: orgSlot('acme', 'openai') },
  { kind: 'slot', address: projectSlot('acme', 'website', 'openai') },
];

/** What is written is what is read. */
export function describeReads(store: () => ReadModelUnderTest): void {
  describe('reads', () => {
    beforeEach(async () => {
      await store().writer.reset(STORE);
      await store().writer.write(RECORDS, at(1));
      await store().writer.markReady();
    });

    it('loads records of every kind as they were written, in the order asked', async () => {
      const { writer } = store();
      expect(await writer.load(KEYS)).toEqual(RECORDS);
      expect(await writer.load([...KEYS].reverse())).toEqual([...RECORDS].reverse());
    });

    it('loads undefined for what there is not', async () => {
      const absent: RecordKey[] = [
        { kind: 'organization', organizationId: 'globex' },
        { kind: 'project', organizationId: 'acme', projectId: 'app' },
        { kind: 'slot', address: orgSlot('acme', 'slack') },
        { kind: 'slot', address: projectSlot('acme', 'app', 'openai') },
        { kind: 'slot', address: orgSlot('globex', 'openai') },
      ];
      expect(await store().writer.load(absent)).toEqual(absent.map(() => undefined));
      expect(await store().writer.load([])).toEqual([]);
    });

    it('answers an organization, a project and the rollout', async () => {
      const { reader } = store();
      expect(await reader.organization('acme')).toEqual(RECORDS[0]);
      expect(await reader.project('acme', 'website')).toEqual(RECORDS[1]);
      expect(await reader.rollout()).toEqual(RECORDS[2]);
      expect(await reader.organization('globex')).toBeUndefined();
      expect(await reader.project('globex', 'website')).toBeUndefined();
    });

    it('has no rollout before one was written', async () => {
      await store().writer.reset(STORE);
      expect(await store().reader.rollout()).toBeUndefined();
    });

    it('answers lookups in their order, each with all that decides its effective key', async () => {
      const { reader } = store();
      const { entries } = await reader.lookup([
        { organizationId: 'acme', projectId: 'app', integrationId: 'openai' },
        { organizationId: 'globex', projectId: 'website', integrationId: 'openai' },
        { organizationId: 'acme', projectId: 'website', integrationId: 'openai' },
        { organizationId: 'acme', projectId: 'website', integrationId: 'slack' },
      ]);
      const [organization, project, , organizationSlot, slot] = RECORDS;
      const nothing = {
        organization: undefined,
        project: undefined,
        organizationSlot: undefined,
        projectSlot: undefined,
      };
      expect(entries).toEqual([
        { organization, project: undefined, organizationSlot, projectSlot: undefined },
        nothing,
        { organization, project, organizationSlot, projectSlot: slot },
        { organization, project, organizationSlot: undefined, projectSlot: undefined },
      ]);
    });

    it('lists the slots of a project for the integrations asked, in their order', async () => {
      expect(await store().reader.projectSlots('acme', 'website', ['slack', 'openai'])).toEqual([
        { integrationId: 'slack', organizationSlot: undefined, projectSlot: undefined },
        { integrationId: 'openai', organizationSlot: RECORDS[3], projectSlot: RECORDS[4] },
      ]);
    });

    it('lists one slot per project asked, in their order', async () => {
      expect(await store().reader.slotsOfProjects('acme', 'openai', ['app', 'website'])).toEqual([
        undefined,
        RECORDS[4],
      ]);
      expect(await store().reader.slotsOfProjects('globex', 'openai', ['website'])).toEqual([undefined]);
    });

    it('does not take ids that name built-in things for records', async () => {
      const { reader } = store();
      for (const id of ['constructor', '__proto__', 'toString']) {
        expect(await reader.organization(id)).toBeUndefined();
        const { entries } = await reader.lookup([
          { organizationId: 'acme', projectId: id, integrationId: id },
        ]);
        expect(entries[0]).toMatchObject({
          project: undefined,
          organizationSlot: undefined,
          projectSlot: undefined,
        });
      }
    });
  });

  describe('listing an organization', () => {
    const slot = (project: string) => projectSlot('acme', project, 'openai');
    const overriding = async () =>
      (await store().reader.organizationSlots('acme', ['openai', 'slack'])).map(
        (slots) => slots.overridingProjects,
      );

    beforeEach(() => store().writer.reset(STORE));

    it('gives the slots of the integrations asked, in their order', async () => {
      await store().writer.write([slotWithKey(orgSlot('acme', 'openai'))], at(1));
      expect(await store().reader.organizationSlots('acme', ['slack', 'openai'])).toEqual([
        { integrationId: 'slack', organizationSlot: undefined, overridingProjects: 0 },
        {
          integrationId: 'openai',
          organizationSlot: slotWithKey(orgSlot('acme', 'openai')),
          overridingProjects: 0,
        },
      ]);
    });

    it('counts the projects that hold a key of their own', async () => {
      const { writer } = store();
      await writer.write(
        [slotWithKey(slot('a')), slotWithKey(slot('b')), slotWithKey(orgSlot('acme', 'openai'))],
        at(1),
      );
      await writer.write([slotWithKey(projectSlot('globex', 'a', 'openai'))], at(2));
      expect(await overriding()).toEqual([2, 0]);
    });

    it('counts a project once, however often its key is replaced, removed and set', async () => {
      const { writer } = store();
      await writer.write([slotWithKey(slot('a'), 0n)], at(1));
      await writer.write([slotWithKey(slot('a'), 1n)], at(2));
      expect(await overriding()).toEqual([1, 0]);
      await writer.write([slotWithoutKey(slot('a'), 2n)], at(3));
      await writer.write([slotWithoutKey(slot('a'), 2n), slotWithKey(slot('a'), 1n)], at(3));
      expect(await overriding()).toEqual([0, 0]);
      await writer.write([slotWithKey(slot('a'), 3n)], at(4));
      expect(await overriding()).toEqual([1, 0]);
    });
  });
}
