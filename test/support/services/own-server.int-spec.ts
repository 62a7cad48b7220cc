// @needs redis, kafka
import { Redis } from 'ioredis';
import { openEventStore } from '@keyward/event-store';
import { runKafkaTool } from '../../../scripts/services/kafka.mjs';
import { OwnServer } from './own-server.js';

const BROKERS = 'org.apache.kafka.tools.BrokerApiVersionsCommand';
const TOPICS = 'org.apache.kafka.tools.TopicCommand';

describe('a server of one test alone', () => {
  let server: OwnServer;
  afterEach(() => server.dispose());

  const killAndStart = async (): Promise<void> => {
    await server.kill();
    await server.start();
  };

  it('is a Redis with what it had acknowledged before it was killed', async () => {
    server = await OwnServer.redis();
    const client = new Redis(`redis://${server.address}`, { retryStrategy: () => 20 });
    client.on('error', () => undefined);
    await client.set('key', 'value');
    await killAndStart();
    expect(await client.get('key')).toBe('value');
    client.disconnect();
  });

  it('is an EventStoreDB that answers nothing while it is frozen', async () => {
    server = await OwnServer.eventStoreDb();
    const store = await openEventStore(`esdb://${server.address}?tls=false`);
    await server.freeze();
    let answered = false;
    const head = store.head().then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    server.thaw();
    await head;
    await store.close();
  });

  it('is a Kafka that sends its clients to the proxy, and keeps its topics over a kill', async () => {
    server = await OwnServer.kafka();
    const direct = ['--bootstrap-server', server.directAddress];
    await runKafkaTool(TOPICS, [...direct, '--create', '--topic', 'kept', '--partitions', '1']);
    await killAndStart();
    expect(await runKafkaTool(TOPICS, ['--bootstrap-server', server.address, '--list'])).toContain('kept');
    expect(await runKafkaTool(BROKERS, direct)).toContain(server.address);
  });
});
