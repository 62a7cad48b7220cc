// @needs kafka
import { START_OF_LOG } from '@keyward/contracts';
import { startKafka, type KafkaBroker } from '../../../../scripts/services/kafka.mjs';
import { MemoryEventStore } from '@keyward/event-store';
import { aKeyChange, positionAt, ReaderProbe } from '../testing/index.js';
import { KafkaChangeLogReader } from './kafka-change-log-reader.js';
import { KafkaChangeLogWriter } from './kafka-change-log-writer.js';
import { parseKafkaUrl } from './kafka-url.js';

const PASSWORD = 'p@ss:w/rd';
const LOGIN = `org.apache.kafka.common.security.plain.PlainLoginModule required username="keyward" password="${PASSWORD}" user_keyward="${PASSWORD}";`;

describe('a broker that wants a user and a password', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafka({
      'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.plaintext.plain.sasl.jaas.config': LOGIN,
    });
  });
  afterAll(() => broker.stop());

  const address = (password: string) =>
    parseKafkaUrl(
      `kafka://keyward:${encodeURIComponent(password)}@127.0.0.1:${broker.port},localhost:${broker.port}/changes?sasl=plain&partitions=2`,
    );

  it('is written and read with them, through any of the brokers that are named', async () => {
    const store = new MemoryEventStore();
    const writer = new KafkaChangeLogWriter({ address: address(PASSWORD), store });
    expect(await writer.checkpoint()).toBeNull();
    await writer.begin({ after: START_OF_LOG, head: positionAt(1) });
    await writer.append([aKeyChange(1)]);
    await writer.saveCheckpoint(positionAt(1));
    const probe = new ReaderProbe(new KafkaChangeLogReader({ address: address(PASSWORD), store }));
    await probe.untilCaughtUp();
    expect(probe.changes.map(({ position }) => position)).toEqual([positionAt(1)]);
    await probe.stop();
    await writer.close();
  });

  it('is not with another password', async () => {
    const writer = new KafkaChangeLogWriter({ address: address('another'), store: new MemoryEventStore() });
    await expect(writer.checkpoint()).rejects.toThrow(/[Aa]uthentication/);
  });
});
