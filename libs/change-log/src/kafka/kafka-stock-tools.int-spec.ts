// @needs kafka
import { fileURLToPath } from 'node:url';
import { START_OF_LOG } from '@keyward/contracts';
import { bundle, createConfig } from '@redocly/openapi-core';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { runKafkaTool } from '../../../../scripts/services/kafka.mjs';
import { aKeyChange, positionAt } from '../testing/index.js';
import { KafkaFixture } from './kafka.fixtures.js';

const ASYNCAPI = fileURLToPath(new URL('../../../../docs/asyncapi.yaml', import.meta.url));
const COUNT = 6;

type Accepts = (message: unknown) => boolean;

/** What docs/asyncapi.yaml says of messages, by the name of the schema. */
async function schemas(): Promise<(name: string) => Accepts> {
  const config = await createConfig({ extends: ['minimal'] });
  const { components } = (await bundle({ ref: ASYNCAPI, config })).bundle.parsed as { components: object };
  return (name) => {
    const ajv = new Ajv({ strict: false });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    const validate = ajv.compile({ $id: 'document', components, $ref: `#/components/schemas/${name}` });
    return (message) => validate(message);
  };
}

describe("Kafka's own console consumer, which is written in another language", () => {
  let fixture: KafkaFixture;
  let accepts: (name: string) => Accepts;

  beforeAll(async () => {
    accepts = await schemas();
    fixture = new KafkaFixture();
    const writer = fixture.writer();
    await writer.checkpoint();
    await writer.begin({ after: START_OF_LOG, head: positionAt(COUNT) });
    await writer.append(
      Array.from({ length: COUNT }, (_, i) =>
        aKeyChange(i + 1, {
          integrationId: i % 2 ? 'openai' : 'anthropic',
          projectId: i % 3 ? 'website' : null,
        }),
      ),
    );
    await writer.saveCheckpoint(positionAt(COUNT));
  });

  afterAll(() => fixture.dispose());

  const consume = async (topic: string, count: number): Promise<string[][]> => {
    const { host } = new URL(process.env['KEYWARD_TEST_KAFKA_URL']!);
    const printed = await runKafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', host, '--topic', topic, '--from-beginning'],
      ...['--max-messages', String(count), '--timeout-ms', '30000'],
      ...['--property', 'print.key=true', '--property', 'print.partition=true'],
    ]);
    return printed
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
  };

  it('finds nothing but CloudEvents as docs/asyncapi.yaml describes them, in order by key', async () => {
    const lines = await consume(fixture.topic, COUNT);
    const events = lines.map(([, key, value]) => ({
      key,
      event: JSON.parse(value!) as { data: { keyId: string } },
    }));
    expect(events.map(({ event }) => accepts('keyChange')(event))).toEqual(Array(COUNT).fill(true));
    const keyIds = (key: string): string[] =>
      events.filter((found) => found.key === key).map(({ event }) => event.data.keyId);
    expect(keyIds('acme/anthropic')).toEqual(['key-1', 'key-3', 'key-5']);
    expect(keyIds('acme/openai')).toEqual(['key-2', 'key-4', 'key-6']);
  });

  it('finds the progress of the relay beside it', async () => {
    const [[, key, value] = []] = (await consume(fixture.names.progress, 2)).slice(-1);
    expect(key).toBe('progress');
    const progress = JSON.parse(value!) as { offsets: number[] };
    expect(accepts('relayProgress')(progress)).toBe(true);
    expect(progress.offsets.reduce((sum, offset) => sum + offset, 0)).toBe(COUNT);
  });
});
