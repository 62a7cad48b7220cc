import {
  orgKeyStream,
  organizationStream,
  projectKeyStream,
  projectStream,
  type DomainEvent,
  type KeySlotEvent,
} from '@keyward/domain';
import { keyMaterialStream } from '@keyward/sealing';
import type { RecordKey, SlotRecord } from '../records.js';
import { sealedKey } from '../testing/sample-records.js';
import { ProjectionFixture, by, inStream, sealed, type GivenEvent } from '../testing/projection-fixture.js';
import type { ProjectionError } from './projection.errors.js';

const acme = { organizationId: 'acme', ...by };
const org = (event: DomainEvent) => inStream(organizationStream('acme'), event);
const website = { ...acme, projectId: 'website' };
const project = (event: DomainEvent) => inStream(projectStream('acme', 'website'), event);
const slot = { organizationId: 'acme', integrationId: 'openai' };
const ORG_SLOT: RecordKey = { kind: 'slot', address: { ...slot, projectId: null } };
const PROJECT_SLOT: RecordKey = { kind: 'slot', address: { ...slot, projectId: 'website' } };

const ref = (version: number) => ({ keyId: `key-${version}`, version, fingerprint: `fp1_${version}` });
const setData = (version: number) => ({
  ...acme,
  ...slot,
  ...ref(version),
  lastFour: 'abcd',
  credentialKind: 'api_key' as const,
});
const orgKey = (event: KeySlotEvent) => inStream(orgKeyStream('acme', 'openai'), event);
const orgKeySet = (version: number) => orgKey({ type: 'OrgKeySet', data: setData(version) });
const orgKeyRemoved = (version: number) =>
  orgKey({ type: 'OrgKeyRemoved', data: { ...acme, ...slot, ...ref(version) } });
const orgKeyDisabled = (version: number) =>
  orgKey({ type: 'OrgKeyDisabled', data: { ...acme, ...slot, ...ref(version) } });
const projectKeySet = inStream(projectKeyStream('acme', 'website', 'openai'), {
  type: 'ProjectKeySet',
  data: { ...setData(1), projectId: 'website' },
});
const sealedOrgKey = (version: number, wrapping?: string) =>
  sealed({ ...slot, projectId: null, keyId: `key-${version}`, version }, wrapping);

let fixture: ProjectionFixture;
beforeEach(async () => {
  fixture = await ProjectionFixture.open();
});

/** Given events in the log, applied so many times over, then a record. */
async function projected(key: RecordKey, given: readonly GivenEvent[], numberOfTimes = 1) {
  const events = await fixture.append(...given);
  for (let times = 0; times < numberOfTimes; times++) await fixture.projection().apply(events);
  return fixture.record(key);
}
const projectedSlot = async (key: RecordKey, given: readonly GivenEvent[], numberOfTimes = 1) =>
  (await projected(key, given, numberOfTimes)) as SlotRecord;

describe.each([1, 2, 3])('Projection, with the events applied %d times', (numberOfTimes) => {
  it('follows an organization', async () => {
    const given = [
      org({ type: 'OrganizationRegistered', data: { ...acme, name: 'Acme', plan: 'team' } }),
      org({ type: 'OrganizationRenamed', data: { ...acme, name: 'Acme Inc' } }),
      org({ type: 'OrganizationPlanChanged', data: { ...acme, plan: 'enterprise', previousPlan: 'team' } }),
    ];
    expect(await projected({ kind: 'organization', organizationId: 'acme' }, given, numberOfTimes)).toEqual({
      kind: 'organization',
      organizationId: 'acme',
      revision: 2n,
      state: { registered: true, name: 'Acme Inc', plan: 'enterprise', version: 3 },
    });
  });

  it('follows a project', async () => {
    const given = [
      project({ type: 'ProjectRegistered', data: { ...website, name: 'Website' } }),
      project({ type: 'ProjectArchived', data: website }),
    ];
    const key = { kind: 'project', organizationId: 'acme', projectId: 'website' } as const;
    expect(await projected(key, given, numberOfTimes)).toEqual({
      ...key,
      revision: 1n,
      state: { status: 'archived', name: 'Website', version: 2 },
    });
  });

  it('follows the rollout', async () => {
    const data = { ...by, percentage: 25, include: ['acme'], exclude: [] };
    const given = [inStream('rollout-keys', { type: 'RolloutChanged', data })];
    expect(await projected({ kind: 'rollout' }, given, numberOfTimes)).toEqual({
      kind: 'rollout',
      revision: 0n,
      state: { percentage: 25, include: ['acme'], exclude: [], version: 1 },
    });
  });

  it('gives a slot its key with the sealed bytes', async () => {
    const record = await projectedSlot(ORG_SLOT, [sealedOrgKey(1), orgKeySet(1)], numberOfTimes);
    expect(record).toMatchObject({ revision: 0n, state: { enabled: true, key: ref(1) }, sealedRevision: 0n });
    expect(record.sealed).toEqual(sealedKey('key-1-first'));
  });

  it('replaces the sealed bytes with the key', async () => {
    const given = [sealedOrgKey(1), orgKeySet(1), sealedOrgKey(2), orgKeySet(2)];
    const record = await projectedSlot(ORG_SLOT, given, numberOfTimes);
    expect(record).toMatchObject({ revision: 1n, state: { key: ref(2) }, sealed: sealedKey('key-2-first') });
  });

  it('takes the sealed bytes away with the key', async () => {
    const record = await projectedSlot(
      ORG_SLOT,
      [sealedOrgKey(1), orgKeySet(1), orgKeyRemoved(1)],
      numberOfTimes,
    );
    expect(record).toMatchObject({ revision: 1n, state: { key: null }, sealed: null, sealedRevision: null });
  });

  it('keeps the sealed bytes of a key that is switched off', async () => {
    const record = await projectedSlot(
      ORG_SLOT,
      [sealedOrgKey(1), orgKeySet(1), orgKeyDisabled(1)],
      numberOfTimes,
    );
    expect(record).toMatchObject({
      state: { enabled: false, key: ref(1) },
      sealed: sealedKey('key-1-first'),
    });
  });

  it('takes over a key that was wrapped anew', async () => {
    const given = [sealedOrgKey(1), orgKeySet(1), sealedOrgKey(1, 'second')];
    const record = await projectedSlot(ORG_SLOT, given, numberOfTimes);
    expect(record).toMatchObject({ revision: 0n, sealed: sealedKey('key-1-second'), sealedRevision: 1n });
  });

  it('leaves a slot alone when a key that is no longer its own is wrapped anew', async () => {
    const given = [sealedOrgKey(1), orgKeySet(1), sealedOrgKey(2), orgKeySet(2), sealedOrgKey(1, 'second')];
    const record = await projectedSlot(ORG_SLOT, given, numberOfTimes);
    expect(record).toMatchObject({ state: { key: ref(2) }, sealed: sealedKey('key-2-first') });
  });
});

describe('Projection', () => {
  it('finds in the log the sealed bytes that it has not seen, or no longer remembers', async () => {
    const others = [2, 3, 4].map((version) => sealedOrgKey(version));
    const events = await fixture.append(sealedOrgKey(1), ...others, orgKeySet(1));
    await fixture.projection(2).apply(events);
    expect(fixture.streamsRead).toEqual([keyMaterialStream('key-1')]);
    expect(await fixture.record(ORG_SLOT)).toMatchObject({
      sealed: sealedKey('key-1-first'),
      sealedRevision: 0n,
    });
  });

  it('asks the log for nothing while it follows', async () => {
    const projection = fixture.projection();
    await projection.apply(await fixture.append(sealedOrgKey(1)));
    await projection.apply(await fixture.append(orgKeySet(1)));
    await projection.apply(await fixture.append(orgKeyDisabled(1), orgKeyRemoved(1)));
    expect(fixture.streamsRead).toEqual([]);
  });

  it('leaves a key whose sealed bytes are destroyed without them', async () => {
    const [, set] = await fixture.append(sealedOrgKey(1), orgKeySet(1));
    await fixture.log.deleteStream(keyMaterialStream('key-1'));
    await fixture.projection().apply([set!]);
    expect(await fixture.record(ORG_SLOT)).toMatchObject({
      state: { key: ref(1) },
      sealed: null,
      sealedRevision: null,
    });
  });

  it('never goes back to an older wrapping when the log is applied again', async () => {
    const events = await fixture.append(sealedOrgKey(1), orgKeySet(1), sealedOrgKey(1, 'second'));
    await fixture.projection().apply(events);
    const again = fixture.projection();
    for (const event of events) {
      await again.apply([event]);
      expect(await fixture.record(ORG_SLOT)).toMatchObject({ sealed: sealedKey('key-1-second') });
    }
  });

  it('writes each record of a batch once, and nothing for a batch that it had applied before', async () => {
    const material = sealed({ ...slot, projectId: 'website', keyId: 'key-1', version: 1 });
    const events = await fixture.append(
      material,
      projectKeySet,
      sealedOrgKey(2),
      orgKeySet(2),
      orgKeyDisabled(2),
    );
    await fixture.projection().apply(events);
    await fixture.projection().apply(events);
    expect(fixture.writes.map((records) => records.length)).toEqual([2, 0]);
    expect(await fixture.record(PROJECT_SLOT)).toMatchObject({ sealed: sealedKey('key-1-first') });
  });

  it('moves the checkpoint to the last event of the batch', async () => {
    const events = await fixture.append(sealedOrgKey(1), orgKeySet(1), sealedOrgKey(2));
    await fixture.projection().apply(events);
    expect(await fixture.readModel.checkpoint(fixture.log.storeId)).toEqual(events.at(-1)!.position);
  });

  it('passes over streams that it does not follow', async () => {
    const events = await fixture.append(
      { stream: 'fingerprintKey-acme', type: 'FingerprintKeySealed', data: {} },
      { stream: 'keyring', type: 'KeyEncryptionKeyAdopted', data: {} },
      { stream: 'rollout-keysets', type: 'SomethingElse', data: {} },
    );
    await fixture.projection().apply(events);
    expect(fixture.writes).toEqual([[]]);
  });

  it('folds a stream from the log when its record misses events', async () => {
    const events = await fixture.append(
      sealedOrgKey(1),
      orgKeySet(1),
      orgKeyDisabled(1),
      sealedOrgKey(2),
      orgKeySet(2),
    );
    await fixture.projection().apply([events[2]!]);
    expect(await fixture.record(ORG_SLOT)).toMatchObject({
      revision: 2n,
      state: { key: ref(2) },
      sealed: sealedKey('key-2-first'),
    });
  });
});

describe('Projection, at an event that it cannot apply', () => {
  const stopped = async (...given: GivenEvent[]): Promise<ProjectionError> => {
    const events = await fixture.append(...given);
    try {
      await fixture.projection().apply(events);
    } catch (error) {
      return error as ProjectionError;
    }
    throw new Error('it went on');
  };
  const broken = (changes: object): GivenEvent => ({ ...orgKeySet(1), data: { ...setData(1), ...changes } });

  it.each([
    ['of an unknown type', { ...orgKeySet(1), type: 'OrgKeyRotated' }, /unknown event type/],
    ['of a newer schema version', { ...orgKeySet(1), metadata: { schemaVersion: 2 } }, /schema version 2/],
    ['without a schema version', { ...orgKeySet(1), metadata: {} }, /schema version/],
    ['without a field', broken({ keyId: undefined }), /keyId/],
    ['with a field of the wrong kind', broken({ version: 'one' }), /version/],
    ['with an id that is none', broken({ organizationId: 'ac~me' }), /organizationId/],
    [
      'with a percentage beyond 100',
      inStream('rollout-keys', {
        type: 'RolloutChanged',
        data: { ...by, percentage: 101, include: [], exclude: [] },
      }),
      /percentage/,
    ],
    ['whose data belong to another stream', broken({ integrationId: 'slack' }), /orgKey-acme~slack/],
    ['that seals in an unknown way', { ...sealedOrgKey(1), type: 'KeyShredded' }, /unknown event type/],
    [
      'that seals in another schema version',
      { ...sealedOrgKey(1), metadata: { schemaVersion: 7 } },
      /schema version/,
    ],
    [
      'that seals nothing',
      { ...sealedOrgKey(1), data: { ...sealedOrgKey(1).data, sealed: { format: 2 } } },
      /sealed\.format/,
    ],
    [
      'that seals a key of another stream',
      { ...sealedOrgKey(1), stream: 'keyMaterial-other' },
      /keyMaterial-key-1/,
    ],
  ])('%s, stops and says where and why', async (_what, event, why) => {
    const error = await stopped(event);
    expect(error).toMatchObject({ name: 'ProjectionError', code: 'UNREADABLE_EVENT' });
    expect(error.message).toContain(`Event 0 of stream ${event.stream}`);
    expect(error.message).toMatch(why);
    expect(await fixture.record(ORG_SLOT)).toBeUndefined();
  });

  it('applies what comes before it, and keeps the checkpoint there', async () => {
    const [first] = await fixture.append(sealedOrgKey(1), orgKeySet(1));
    const events = [
      ...(await fixture.everything()),
      ...(await fixture.append(broken({ version: 0 }), orgKeyRemoved(1))),
    ];
    await expect(fixture.projection().apply(events)).rejects.toThrow(/version/);
    expect(await fixture.record(ORG_SLOT)).toMatchObject({ revision: 0n, state: { key: ref(1) } });
    const checkpoint = await fixture.readModel.checkpoint(fixture.log.storeId);
    expect(checkpoint).toEqual({
      commit: first!.position.commit + 1n,
      prepare: first!.position.prepare + 1n,
    });
  });

  it('stops when the events before it are missing from the log', async () => {
    const [, , third] = await fixture.append(orgKeySet(1), orgKeyDisabled(1), orgKeyRemoved(1));
    await fixture.log.setMaxCount(orgKeyStream('acme', 'openai'), 1);
    await expect(fixture.projection().apply([third!])).rejects.toThrow(/missing from the log/);
  });

  it('stops at sealed bytes that are bound to another slot, which could never be opened', async () => {
    const foreign = sealed({
      organizationId: 'globex',
      integrationId: 'openai',
      projectId: null,
      keyId: 'key-1',
      version: 1,
    });
    expect((await stopped(foreign, orgKeySet(1))).message).toMatch(/another slot or version/);
  });

  it('says nothing of what is in the event', async () => {
    const canary = 'sk-canary-0123456789';
    const error = await stopped(broken({ version: canary, keyId: { nested: canary }, lastFour: [canary] }));
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain(canary);
  });
});
