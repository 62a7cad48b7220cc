import { organizationStream, ROLLOUT_STREAM } from '@keyward/domain';
import fc from 'fast-check';
import type { MemoryEventStore } from '@keyward/event-store';
import type { RecordSource, StoredRecord } from '../maintenance/maintenance.port.js';
import { ReadModelLostError } from '../read-model.errors.js';
import type { ReadModelRecord, RecordKey, SlotRecord } from '../records.js';
import { CommandHistory, ORGANIZATION, step } from '../testing/command-history.js';
import { ProjectionFixture, by } from '../testing/projection-fixture.js';
import { sealedKey } from '../testing/sample-records.js';
import { compareWithLog, type Comparison } from './compare-with-log.js';
import type { Difference } from './difference.js';

const steps = (minLength: number) => fc.array(step, { minLength, maxLength: 30 });

/** A log that commands made, and what is made of it. */
class World {
  readonly history: CommandHistory;
  private readonly projection;

  private constructor(readonly fixture: ProjectionFixture) {
    this.history = new CommandHistory(fixture);
    this.projection = fixture.projection(2);
  }

  static async open(given: readonly Parameters<CommandHistory['take']>[0][]): Promise<World> {
    const world = new World(await ProjectionFixture.open());
    await world.fixture.append(
      {
        stream: organizationStream(ORGANIZATION),
        type: 'OrganizationRegistered',
        data: { ...by, organizationId: ORGANIZATION, name: 'Acme', plan: 'enterprise' },
      },
      {
        stream: ROLLOUT_STREAM,
        type: 'RolloutChanged',
        data: { ...by, percentage: 5, include: [], exclude: [] },
      },
    );
    for (const one of given) await world.history.take(one);
    await world.project();
    await world.fixture.readModel.markReady();
    return world;
  }

  readonly project = async (): Promise<void> => {
    const { position } = await this.fixture.readModel.status();
    const events = await this.fixture.everything();
    await this.projection.apply(events.filter((event) => event.position.commit > position.commit));
  };

  async compare({ source, ...parts }: Partial<Comparison> = {}): Promise<{
    differences: Difference[];
    compared: number;
  }> {
    const { log, readModel } = this.fixture;
    const differences: Difference[] = [];
    let compared = 0;
    await compareWithLog({
      log,
      source: source ?? (await readModel.inspect()),
      through: (await readModel.status()).position,
      extent: 'whole',
      organizationId: null,
      random: Math.random,
      onDifference: (difference) => void differences.push(difference),
      signal: new AbortController().signal,
      ...parts,
      onProgress: async (...told) => {
        [compared] = told;
        await parts.onProgress?.(...told);
      },
    });
    return { differences, compared };
  }

  async records(): Promise<StoredRecord[]> {
    const records: StoredRecord[] = [];
    for await (const found of (await this.fixture.readModel.inspect()).scan(null))
      records.push(...found.records);
    return records;
  }
}

/** What is there, with one record replaced, taken out or put in. */
async function withRecord(
  world: World,
  key: RecordKey,
  record: ReadModelRecord | undefined,
): Promise<RecordSource> {
  const source = await world.fixture.readModel.inspect();
  const same = (other: RecordKey) => JSON.stringify(keyOnly(other)) === JSON.stringify(keyOnly(key));
  return {
    position: () => source.position(),
    find: async (keys) =>
      (await source.find(keys)).map((found, n) => {
        if (!same(keys[n]!)) return found;
        return record && { key, record };
      }),
    async *scan(organizationId) {
      for await (const { records } of source.scan(organizationId))
        yield { records: records.filter((each) => !same(each.key)), miscounts: [] };
      if (record) yield { records: [{ key, record }], miscounts: [] };
    },
  };
}

const keyOnly = (key: RecordKey): object =>
  key.kind === 'slot' ? key.address : [key.kind, 'organizationId' in key && key.organizationId];

describe('comparing a read model with the log', () => {
  it('finds no difference, of any history, also while keys are set', async () => {
    await fc.assert(
      fc.asyncProperty(steps(0), steps(0), async (given, meanwhile) => {
        const world = await World.open(given);
        const expected = (await world.records()).length;
        const { differences, compared } = await world.compare({ log: busyLog(world, meanwhile) });
        expect(differences).toEqual([]);
        expect(compared).toBeGreaterThanOrEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('finds the one record that is taken out, and says what the log says', async () => {
    await fc.assert(
      fc.asyncProperty(steps(5), fc.nat(), async (given, n) => {
        const world = await World.open(given);
        const records = await world.records();
        const { key } = records[n % records.length]!;
        const { differences } = await world.compare({ source: await withRecord(world, key, undefined) });
        expect(differences).toMatchObject([
          { kind: 'missing', readModel: null, log: { revision: expect.any(Number) as number } },
        ]);
      }),
      { numRuns: 60 },
    );
  });

  const tamperings: Readonly<Record<string, (record: SlotRecord) => SlotRecord>> = {
    'altered state': (record) => ({
      ...record,
      state: { ...record.state, lastVersion: record.state.lastVersion + 1 },
    }),
    'altered enabled': (record) => ({
      ...record,
      state: { ...record.state, enabled: !record.state.enabled },
    }),
    'altered sealed': (record) => ({
      ...record,
      sealed: sealedKey('forged'),
      sealedRevision: record.sealedRevision,
    }),
    older: (record) => ({ ...record, revision: record.revision - 1n }),
    newer: (record) => ({ ...record, revision: record.revision + 1n }),
  };

  it.each(Object.keys(tamperings))('finds the one record that is %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(steps(5), fc.nat(), async (given, n) => {
        const world = await World.open(given);
        const slots = (await world.records()).filter(({ key }) => key.kind === 'slot');
        fc.pre(slots.length > 0);
        const { key, record } = slots[n % slots.length]!;
        const tampered = tamperings[name]!(record as SlotRecord);
        const { differences } = await world.compare({ source: await withRecord(world, key, tampered) });
        expect(differences).toHaveLength(1);
        expect(differences[0]).toMatchObject({ record: 'key', organizationId: ORGANIZATION });
        expect(JSON.stringify(differences)).not.toContain('ciphertext');
        if (name === 'newer' || name === 'older')
          expect(differences[0]!.kind).toMatch(/newer|older|altered|extra/);
      }),
      { numRuns: 40 },
    );
  });

  it('finds a record of which the log knows nothing', async () => {
    const world = await World.open([]);
    const address = { organizationId: 'acme', projectId: 'ghost', integrationId: 'openai' };
    const state = { key: null, enabled: false, lastVersion: 0, changedAt: null, changedBy: null };
    const record: SlotRecord = {
      kind: 'slot',
      address,
      revision: 0n,
      state,
      sealed: null,
      sealedRevision: null,
    };
    const { differences } = await world.compare({
      source: await withRecord(world, { kind: 'slot', address }, record),
    });
    expect(differences).toEqual([
      {
        record: 'key',
        ...address,
        kind: 'extra',
        differsIn: [],
        log: null,
        readModel: { revision: 0, version: null, state: 'not set' },
      },
    ]);
  });

  it('takes any record into a sample with the same chance, and each once', async () => {
    const world = await World.open([
      { verb: 'set', slot: 0, value: 0 },
      { verb: 'set', slot: 1, value: 1 },
    ]);
    const found = new Map<string, number>();
    const source = await world.fixture.readModel.inspect();
    const counting: RecordSource = {
      position: () => source.position(),
      scan: (organizationId) => source.scan(organizationId),
      find: (keys) => {
        for (const key of keys) found.set(key.kind, (found.get(key.kind) ?? 0) + 1);
        return source.find(keys);
      },
    };
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let n = 0; n < 400; n += 1) {
      const { compared } = await world.compare({ extent: 2, source: counting, random });
      expect(compared).toBe(2);
    }
    // Four records, two at a time: each in half of the samples.
    expect(found.get('organization')! / 400).toBeCloseTo(0.5, 1);
    expect(found.get('rollout')! / 400).toBeCloseTo(0.5, 1);
    expect(found.get('slot')! / 400).toBeCloseTo(1, 1);
    expect((await world.compare({ extent: 100 })).compared).toBe(4);
  });

  it('ends with an error when what it compares is replaced, and not with differences', async () => {
    const world = await World.open([{ verb: 'set', slot: 0, value: 0 }]);
    // As a Redis that removes what was replaced.
    const source: RecordSource = {
      position: () => Promise.reject(new ReadModelLostError('holds another generation by now')),
      find: (keys) => Promise.resolve(keys.map(() => undefined)),
      async *scan() {},
    };
    const differences: Difference[] = [];
    const comparing = world.compare({ source, onDifference: (difference) => differences.push(difference) });
    await expect(comparing).rejects.toThrow('another generation');
    expect(differences).toEqual([]);
  });
});

/** A log in which something happens before each reading of a stream, of which the read model hears every other time. */
function busyLog({ history, fixture, project }: World, meanwhile: Parameters<CommandHistory['take']>[0][]) {
  let turn: Promise<void> = Promise.resolve();
  const happen = async (): Promise<void> => {
    const next = meanwhile.shift();
    if (next) await history.take(next);
    if (meanwhile.length % 2 === 0) await project();
  };
  const readStream: MemoryEventStore['readStream'] = async function* (stream, options) {
    // One after the other, as commands are.
    await (turn = turn.then(happen));
    yield* fixture.log.readStream(stream, options);
  };
  return { readStream, readAll: fixture.log.readAll.bind(fixture.log) };
}
