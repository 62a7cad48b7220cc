// @needs kafka
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { START_OF_LOG } from '@keyward/contracts';
import { Logger } from '@nestjs/common';
import { ConfigResourceTypes } from 'kafkajs';
import { ReaderProbe, aKeyChange, positionAt } from '../testing/index.js';
import { KafkaChangeLogReader } from './kafka-change-log-reader.js';
import { KafkaChangeLogWriter } from './kafka-change-log-writer.js';
import { parseKafkaUrl } from './kafka-url.js';
import { KafkaFixture } from './kafka.fixtures.js';

describe('the topics in Kafka', () => {
  let fixture: KafkaFixture;

  beforeEach(() => {
    fixture = new KafkaFixture();
  });

  afterEach(() => fixture.dispose());

  const settingsOf = async (topic: string): Promise<Record<string, string>> => {
    const { resources } = await fixture.asAdmin((admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      }),
    );
    return Object.fromEntries(
      resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
  };

  it('are made with stated partitions, retention and cleanup', async () => {
    const writer = fixture.writer({}, 'partitions=5&retention=36h');
    await writer.checkpoint();
    const { topics } = await fixture.asAdmin((admin) =>
      admin.fetchTopicMetadata({ topics: Object.values(fixture.names) }),
    );
    expect(Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual({
      [fixture.names.changes]: 5,
      [fixture.names.progress]: 1,
      [fixture.names.dead]: 1,
    });
    expect(await settingsOf(fixture.names.changes)).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': String(36 * 3_600_000),
    });
    expect(await settingsOf(fixture.names.progress)).toMatchObject({ 'cleanup.policy': 'compact' });
    expect(await settingsOf(fixture.names.dead)).toMatchObject({ 'cleanup.policy': 'compact,delete' });
  });

  it('are taken as they are when they are there, and refused when they would lose or mix up changes', async () => {
    await fixture.asAdmin((admin) =>
      admin.createTopics({ topics: [{ topic: fixture.topic, numPartitions: 2 }] }),
    );
    await expect(fixture.writer({}, '').checkpoint()).resolves.toBeNull();
    await expect(fixture.writer({}, 'partitions=7').checkpoint()).rejects.toMatchObject({
      code: 'SETUP',
      message: expect.stringMatching(/has 2 partitions and KEYWARD_CHANGE_LOG says 7: correct the setting/),
    });
    const compacted = new KafkaFixture();
    await compacted.asAdmin((admin) =>
      admin.createTopics({
        topics: [{ topic: compacted.topic, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }],
      }),
    );
    await expect(compacted.writer({}, '').checkpoint()).rejects.toMatchObject({
      code: 'SETUP',
      message: expect.stringMatching(/cleanup\.policy compact, which drops changes: set it to delete/),
    });
    await compacted.dispose();
  });

  it('are made by two relays at the same moment', async () => {
    const both = await Promise.allSettled([fixture.writer().checkpoint(), fixture.writer().checkpoint()]);
    expect(both).toEqual([
      { status: 'fulfilled', value: null },
      { status: 'fulfilled', value: null },
    ]);
  });

  it('are out of reach with a wrong password, which neither the errors nor the logs repeat', async () => {
    const canary = 'canary-4f1d7a';
    const lines: string[] = [];
    const logs = jest
      .spyOn(Logger.prototype, 'debug')
      .mockImplementation((line) => void lines.push(String(line)));
    const { host } = new URL(fixture.url());
    const address = parseKafkaUrl(`kafka://keyward:${canary}@${host}/${fixture.topic}?sasl=plain`);
    const writer = new KafkaChangeLogWriter({ address, store: fixture.store });
    const reader = new ReaderProbe(new KafkaChangeLogReader({ address, store: fixture.store }));
    const failures = await Promise.all([
      writer.checkpoint().catch((error: unknown) => error),
      reader.step().catch((error: unknown) => error),
    ]);
    logs.mockRestore();
    expect(failures.map((failure) => (failure as Error).name)).toEqual(
      Array(2).fill(expect.stringMatching(/^Kafka/)),
    );
    expect(lines).not.toEqual([]);
    expect(inspect(failures, { depth: 10 }) + lines.join()).not.toContain(canary);
  });

  it('hold each change with its id, position and trace in headers, in the partition of its key', async () => {
    const writer = fixture.writer();
    await writer.checkpoint();
    await writer.begin({ after: START_OF_LOG, head: positionAt(2) });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const changes = [
      aKeyChange(1, { traceparent }),
      aKeyChange(2, { integrationId: 'anthropic', projectId: 'website' }),
    ];
    await writer.append(changes);
    const found = await fixture.consume(fixture.topic, 2);
    for (const change of changes) {
      const { key, value, headers } = found.find(({ value }) => value.includes(change.id))!;
      expect(key).toBe(`acme/${change.integrationId}`);
      expect(headers).toEqual({
        'content-type': 'application/cloudevents+json',
        'keyward-event-id': change.id,
        'keyward-position': (JSON.parse(value) as { data: { position: string } }).data.position,
        ...(change.traceparent && { traceparent }),
      });
    }
  });
});
