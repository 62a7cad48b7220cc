// @needs kafka
import { START_OF_LOG } from '@keyward/contracts';
import type { KeyChange } from '../key-change.js';
import { encodeKeyChange } from '../cloud-event.js';
import { isChangeLogError } from '../change-log.errors.js';
import { ReaderProbe, aKeyChange, positionAt } from '../testing/index.js';
import { partitionOf } from './change-producer.js';
import type { KafkaChangeLogWriter } from './kafka-change-log-writer.js';
import { KafkaFixture, PARTITIONS } from './kafka.fixtures.js';

const SLOTS = ['openai', 'anthropic', 'cohere'];
const CANARY = 'sk-canary-4f1d7a';

describe('reading from Kafka', () => {
  let fixture: KafkaFixture;
  let writer: KafkaChangeLogWriter;
  let probes: ReaderProbe[];

  beforeEach(async () => {
    fixture = new KafkaFixture();
    probes = [];
    writer = fixture.writer({ window: 10 });
    await writer.checkpoint();
  });

  afterEach(async () => {
    await Promise.all(probes.map((probe) => probe.stop()));
    await fixture.dispose();
  });

  const probe = (...options: Parameters<KafkaFixture['reader']>): ReaderProbe => {
    const made = new ReaderProbe(fixture.reader(...options));
    probes.push(made);
    return made;
  };

  const relay = async (from: number, to: number): Promise<KeyChange[]> => {
    const changes: KeyChange[] = [];
    for (let place = from; place <= to; place++)
      changes.push(aKeyChange(place, { integrationId: SLOTS[place % 3]! }));
    await writer.append(changes);
    await writer.saveCheckpoint(positionAt(to));
    return changes;
  };

  const fill = async (to: number): Promise<void> => {
    await writer.begin({ after: START_OF_LOG, head: positionAt(to) });
    await relay(1, to);
  };

  const places = ({ changes }: ReaderProbe): number[] =>
    changes.map(({ position }) => Number(position.commit)).toSorted((a, b) => a - b);

  it('begins with the last changes and says exactly which it leaves out', async () => {
    await fill(60);
    await writer.checkpoint();
    const reader = fixture.reader({ window: 10 });
    const made = new ReaderProbe(reader);
    probes.push(made);
    await made.untilCaughtUp();
    const missing = Number((await reader.truncatedBefore())!.commit);
    expect(places(made)).toEqual(Array.from({ length: 60 - missing }, (_, i) => missing + 1 + i));
    expect(places(made).length).toBeGreaterThanOrEqual(10);
    expect(places(made).length).toBeLessThanOrEqual(20);
  });

  it('begins with the oldest kept when the topic has dropped more than that', async () => {
    await fill(60);
    await writer.checkpoint();
    const openai = partitionOf(fixture.topic, 'acme/openai', PARTITIONS);
    await fixture.drop([{ partition: openai, offset: '19' }]);
    const reader = fixture.reader({ window: 1_000 });
    const made = new ReaderProbe(reader);
    probes.push(made);
    await made.untilCaughtUp();
    const missing = Number((await reader.truncatedBefore())!.commit);
    expect(missing).toBeGreaterThanOrEqual(54);
    expect(places(made)).toEqual(Array.from({ length: 60 - missing }, (_, i) => missing + 1 + i));
  });

  it('is told when what it had not read was dropped, instead of a gap (F20)', async () => {
    const bulk = fixture.writer({ window: 2_000 });
    await bulk.checkpoint();
    await bulk.begin({ after: START_OF_LOG, head: positionAt(1) });
    await bulk.append([aKeyChange(1)]);
    await bulk.saveCheckpoint(positionAt(1));
    const slow = await probe().untilCaughtUp();
    // More than the client takes at once.
    await bulk.append(Array.from({ length: 4_000 }, (_, i) => aKeyChange(i + 2)));
    await fixture.drop([{ partition: partitionOf(fixture.topic, 'acme/openai', PARTITIONS), offset: '-1' }]);
    await bulk.append([aKeyChange(4_002)]);
    const outcome = await slow
      .until(({ changes }) => changes.length >= 4_002)
      .catch((error: unknown) => error);
    expect(isChangeLogError(outcome, 'CHANGE_LOG_TRUNCATED')).toBe(true);
    expect(places(slow)).toEqual(slow.changes.map((_, i) => i + 1));
  });

  it('goes on after poison, leaves a dead letter without its content, and tells readers (F19, K2, K3)', async () => {
    let poisons = 0;
    await fill(3);
    const made = await probe({ onPoison: () => poisons++ }).untilCaughtUp();
    const key = 'acme/openai';
    const partition = partitionOf(fixture.topic, key, PARTITIONS);
    await fixture.produce(fixture.topic, [
      { key, value: `{"secret": "${CANARY}"`, partition },
      { key, value: JSON.stringify({ specversion: '1.0', type: CANARY }), partition },
      { key, value: Buffer.from([0xff, 0xfe, 0x00]), partition },
      { key, value: null, partition },
      { key, value: 'x'.repeat(900_000), partition },
    ]);
    await relay(4, 9);
    await made.until(({ missed }) => missed.length > 0);
    await made.untilCaughtUp();
    expect(places(made)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(poisons).toBe(5);
    expect(made.missed).toEqual([positionAt(9)]);
    const letters = await fixture.consume(fixture.names.dead, 5);
    expect(letters.map(({ value }) => JSON.parse(value) as object)).toEqual(
      expect.arrayContaining([
        { topic: fixture.topic, partition, offset: 1, reason: 'it is not JSON', bytes: 29 },
        expect.objectContaining({ offset: 2, reason: expect.stringContaining('type (invalid_value)') }),
        expect.objectContaining({ offset: 3, bytes: 3 }),
        expect.objectContaining({ offset: 4, reason: 'it has no value', bytes: 0 }),
        expect.objectContaining({ offset: 5, bytes: 900_000 }),
      ]),
    );
    expect(letters.map(({ key: name }) => name)).toEqual(letters.map(({ value }) => keyOf(value)));
    expect(JSON.stringify(letters)).not.toContain(CANARY);
  });

  it('drops copies and messages that come late (F18)', async () => {
    await fill(3);
    const copies = [7, 9, 7, 8, 9].map((place) => {
      const { key, value } = encodeKeyChange(fixture.store.storeId, aKeyChange(place));
      return { key, value, partition: partitionOf(fixture.topic, key, PARTITIONS) };
    });
    await fixture.produce(fixture.topic, copies);
    await relay(10, 12);
    const made = await probe().until(({ progress }) =>
      progress.some(({ position }) => position.commit === 12n),
    );
    expect(places(made)).toEqual([1, 2, 3, 7, 9, 10, 11, 12]);
  });

  it('loses and repeats nothing when it is slow: messages wait in Kafka, not in memory (K4, K5)', async () => {
    await fill(3);
    const slow = await probe().untilCaughtUp();
    await relay(4, 300);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await slow.until(({ progress }) => progress.some(({ position }) => position.commit === 300n));
    expect(places(slow)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it('reads all partitions however many readers come and go, because each is a group of its own (F17)', async () => {
    await fill(3);
    const steady = probe();
    await steady.untilCaughtUp();
    for (let round = 0; round < 3; round++) {
      const passing = await probe().untilCaughtUp();
      await relay(4 + round, 4 + round);
      await passing.stop();
    }
    await steady.until(({ progress }) => progress.some(({ position }) => position.commit === 6n));
    expect(places(steady)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ends while a message waits for it, and leaves no group behind (K6)', async () => {
    const groups = async (): Promise<string[]> => {
      const found = await fixture.asAdmin((admin) => admin.listGroups());
      return found.groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('keyward-broadcaster-'));
    };
    const others = await groups();
    await fill(30);
    const made = probe();
    await made.step();
    expect((await groups()).length).toBe(others.length + 1);
    await relay(31, 60);
    await made.stop();
    expect(await groups()).toEqual(others);
  });

  it('waits for a relay that has not begun', async () => {
    const early = probe().untilCaughtUp();
    await fill(3);
    expect(places(await early)).toEqual([1, 2, 3]);
  });
});

function keyOf(value: string): string {
  const { partition, offset } = JSON.parse(value) as { partition: number; offset: number };
  return `${partition}/${offset}`;
}
