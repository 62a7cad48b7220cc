import { isLoopback } from '@keyward/runtime';

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export const DEFAULT_TOPIC = 'keyward.key-changes.v1';
export const DEFAULT_PARTITIONS = 12;
const DEFAULT_RETENTION_MS = 7 * 86_400_000;

/** What a `kafka:` address says. */
export interface KafkaAddress {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly ssl: boolean;
  readonly sasl: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  } | null;
  /** Of the topic when it is made; one that is there must have as many. Undefined: as many as it has, or the default. */
  readonly partitions: number | undefined;
  /** Copies of each partition when topics are made. Undefined: the cluster's default. */
  readonly replication: number | undefined;
  /** How long changes are kept when the topic is made, in milliseconds. */
  readonly retentionMs: number;
}

const FORM =
  /^kafka:\/\/(?:(?<user>[^:@/?\s]+):(?<password>[^@/?\s]+)@)?(?<hosts>[^@/?\s]+)(?:\/(?<topic>[^?\s]*))?(?:\?(?<options>[^?\s]*))?$/i;
const BROKER = /^(?<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::(?<port>\d{1,5}))?$/;
const TOPIC = /^[A-Za-z0-9._-]{1,200}$/;
const DEFAULT_PORT = 9092;
const HOURS = { h: 3_600_000, d: 86_400_000 } as const;

/** Says which rule an address breaks; never the address itself, which may hold a password. */
export class BrokenKafkaUrl extends Error {}

const RULE =
  "must be 'kafka://', hosts separated by commas and, if wanted, '/' and a topic, with user and password percent-encoded: " +
  'kafka://user:password@host:9092,host2:9092/keyward.key-changes.v1?ssl=true&sasl=scram-sha-512';

const OPTIONS: Readonly<Record<string, RegExp>> = {
  ssl: /^(true|false)$/,
  sasl: new RegExp(`^(${SASL_MECHANISMS.join('|')})$`),
  partitions: /^[1-9]\d{0,3}$/,
  replication: /^[1-9]\d?$/,
  retention: /^[1-9]\d{0,5}[hd]$/,
};

/** @throws BrokenKafkaUrl */
export function parseKafkaUrl(url: string): KafkaAddress {
  const form = FORM.exec(url)?.groups;
  if (!form) throw new BrokenKafkaUrl(RULE);
  const options = parseOptions(form['options'] ?? '');
  const brokers = form['hosts']!.split(',').map(parseBroker);
  const ssl = options.get('ssl') === 'true';
  const topic = form['topic'] || DEFAULT_TOPIC;
  if (!TOPIC.test(topic))
    throw new BrokenKafkaUrl(`${RULE}; a topic has 1 to 200 of the characters A-Z a-z 0-9 . _ -`);
  const number = (name: string): number | undefined =>
    options.has(name) ? Number(options.get(name)) : undefined;
  return {
    brokers: brokers.map(({ host, port }) => `${host}:${port}`),
    topic,
    ssl,
    sasl: parseSasl(form, options, ssl || brokers.every(({ host }) => isLoopback(host))),
    partitions: number('partitions'),
    replication: number('replication'),
    retentionMs: parseRetention(options.get('retention')),
  };
}

function parseOptions(text: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const option of text.split('&').filter(Boolean)) {
    const [name = '', value = ''] = option.split('=');
    const allowed = Object.hasOwn(OPTIONS, name) ? OPTIONS[name]! : undefined;
    if (!allowed)
      throw new BrokenKafkaUrl(`takes the options ${Object.keys(OPTIONS).join(', ')}, and has another one`);
    if (!allowed.test(value))
      throw new BrokenKafkaUrl(`has an option ${name} that does not match ${allowed.source}`);
    options.set(name, value);
  }
  return options;
}

function parseBroker(text: string): { host: string; port: number } {
  const match = BROKER.exec(text)?.groups;
  const port = Number(match?.['port'] ?? DEFAULT_PORT);
  if (!match || port < 1 || port > 65_535) throw new BrokenKafkaUrl(RULE);
  return { host: match['host']!, port };
}

function parseSasl(
  { user, password }: Readonly<Record<string, string | undefined>>,
  options: ReadonlyMap<string, string>,
  isPrivate: boolean,
): KafkaAddress['sasl'] {
  const mechanism = options.get('sasl') as SaslMechanism | undefined;
  if ((mechanism === undefined) !== (user === undefined))
    throw new BrokenKafkaUrl('needs user:password@ and the option sasl both or neither');
  if (mechanism === undefined) return null;
  if (!isPrivate)
    throw new BrokenKafkaUrl('has a password, so it needs ssl=true, or a broker on this machine');
  try {
    return { mechanism, username: decodeURIComponent(user!), password: decodeURIComponent(password!) };
  } catch {
    throw new BrokenKafkaUrl(RULE);
  }
}

function parseRetention(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RETENTION_MS;
  return Number(text.slice(0, -1)) * HOURS[text.slice(-1) as keyof typeof HOURS];
}
