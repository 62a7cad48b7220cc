import { BrokenKafkaUrl, parseKafkaUrl } from './kafka-url.js';
import { openChangeLog } from '../open-change-log.js';

describe('a kafka: address', () => {
  it('names brokers, and has a default for all else', () => {
    expect(parseKafkaUrl('kafka://localhost')).toEqual({
      brokers: ['localhost:9092'],
      topic: 'keyward.key-changes.v1',
      ssl: false,
      sasl: null,
      partitions: undefined,
      replication: undefined,
      retentionMs: 7 * 86_400_000,
    });
  });

  it('says everything that may be said', () => {
    const url =
      'kafka://us%40er:p%3Aw%2F@k1.example:9093,k2.example,[::1]:1/my.topic_1?ssl=true&sasl=scram-sha-512&partitions=24&replication=3&retention=12h';
    expect(parseKafkaUrl(url)).toEqual({
      brokers: ['k1.example:9093', 'k2.example:9092', '[::1]:1'],
      topic: 'my.topic_1',
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'us@er', password: 'p:w/' },
      partitions: 24,
      replication: 3,
      retentionMs: 12 * 3_600_000,
    });
  });

  it.each([
    ['kafka:', /must be 'kafka:\/\/'/],
    ['kafka://', /must be 'kafka:\/\/'/],
    ['kafka://host:70000', /must be 'kafka:\/\/'/],
    ['kafka://host/a b', /must be 'kafka:\/\/'/],
    ['kafka://host/to%pic', /a topic has 1 to 200/],
    ['kafka://host?acks=1', /takes the options ssl, sasl, partitions, replication, retention/],
    ['kafka://host?constructor=1', /takes the options/],
    ['kafka://host?partitions=0', /has an option partitions that does not match/],
    ['kafka://host?retention=7', /has an option retention/],
    ['kafka://host?sasl=plain', /both or neither/],
    ['kafka://user:hunter2@host?ssl=true', /both or neither/],
    ['kafka://user:hunter2@host?sasl=plain', /needs ssl=true/],
    ['kafka://user:hunter2%@host?sasl=plain&ssl=true', /percent-encoded/],
  ])('%s is refused by the rule that it breaks, and not repeated', (url, rule) => {
    const parse = (): unknown => parseKafkaUrl(url);
    expect(parse).toThrow(BrokenKafkaUrl);
    expect(parse).toThrow(rule);
    expect(parse).not.toThrow(/hunter2/);
  });

  it('may leave out ssl where the broker is on this machine', () => {
    expect(parseKafkaUrl('kafka://user:x@127.0.0.1?sasl=plain').sasl?.mechanism).toBe('plain');
  });
});

describe('KEYWARD_CHANGE_LOG', () => {
  it.each(['kafka://user:hunter2@host?sasl=plain', 'redis://user:hunter2@host', 'kafka://127.0.0.1'])(
    'is named where it is refused, and its value is not: %s',
    async (url) => {
      const refusal = await openChangeLog(url).catch((error: Error) => error.message);
      expect(refusal).toMatch(/^KEYWARD_CHANGE_LOG .+\.$/);
      expect(refusal).not.toContain('hunter2');
    },
  );
});
