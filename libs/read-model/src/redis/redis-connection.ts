import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { keySlot } from './key-slot.js';
import { ReadModelUnavailableError } from '../read-model.errors.js';
import type { BreakerState } from './circuit-breaker.js';
import { GuardedCalls, RedisReplyError } from './guarded-calls.js';
import type { RedisAddress, RedisTls } from './redis-url.js';
import type { Script } from './scripts.js';

export type Reply = string | number | null | readonly (string | null)[];
export type Command = readonly [
  name: 'exists' | 'hmget' | 'set' | 'smembers' | 'srem' | 'unlink',
  key: string,
  ...args: string[],
];

export interface RedisConnectionOptions {
  /** Longest wait for one round trip, in milliseconds. @defaultValue 1000 */
  readonly timeoutMs?: number;
  readonly onBreaker?: (state: BreakerState) => void;
}

const TIMEOUT_MS = 1_000;
const MAX_IN_FLIGHT = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
const DISCONNECT_TIMEOUT_MS = 100;
/** A connection on which nothing comes back is given up, so that a host that vanished does not look alive for ever. */
const SILENCE_MS = 5_000;
const MAX_RECONNECT_MS = 1_000;

/** Redis or a Redis Cluster: the same commands, in one round trip to each node that they concern. */
export class RedisConnection {
  private readonly client: Redis | Cluster;
  private readonly calls: GuardedCalls;
  private readonly firstAttempt: Promise<void>;
  private problem = 'there is no connection';

  constructor(
    readonly address: RedisAddress,
    { timeoutMs = TIMEOUT_MS, onBreaker = () => undefined }: RedisConnectionOptions = {},
  ) {
    this.calls = new GuardedCalls({ timeoutMs, maxInFlight: MAX_IN_FLIGHT, onBreaker });
    this.client = connect(address);
    this.firstAttempt = new Promise((resolve) => {
      for (const outcome of ['ready', 'error', 'end']) this.client.once(outcome, () => resolve());
    });
    this.client.on('error', (error: Error) => (this.problem = error.message));
  }

  /** Whether all keys are on one node, so that commands sent together are carried out in their order. */
  get isSingle(): boolean {
    return this.client instanceof Redis;
  }

  get breaker(): BreakerState {
    return this.calls.state;
  }

  /** Counts connections, so that what was found out about a server is found out again about the next one. */
  onConnected(connected: () => void): void {
    this.client.on('ready', connected);
    this.client.on('+node', connected);
  }

  /** Commands that concern one node are carried out in their order. @throws ReadModelUnavailableError for the first that failed */
  run(commands: readonly Command[]): Promise<Reply[]> {
    return this.calls.run(async () => {
      await this.connected();
      if (this.client instanceof Redis) return replies(await this.pipeline(commands));
      return this.runPerNode(commands);
    });
  }

  eval(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return this.calls.run(async () => {
      await this.connected();
      const rest = [keys.length, ...keys, ...args] as const;
      try {
        return (await this.client.evalsha(script.sha, ...rest)) as Reply;
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return (await this.client.eval(script.lua, ...rest)) as Reply;
      }
    });
  }

  /** Asks every node that holds keys, each by itself. */
  onMasters<T>(ask: (node: Redis) => Promise<T>): Promise<T[]> {
    return this.calls.run(async () => {
      await this.connected();
      return Promise.all(this.masters().map(ask));
    });
  }

  /** For what takes longer than a call may. */
  masters(): Redis[] {
    return this.client instanceof Redis ? [this.client] : this.client.nodes('master');
  }

  /** Which of a Cluster's 16,384 parts a key belongs to; 0 for all keys of a single Redis. */
  slotOf(key: string): number {
    return this.isSingle ? 0 : keySlot(key);
  }

  /** One slot of each node; the first of those that it holds. */
  slotPerNode(): number[] {
    if (this.client instanceof Redis) return [0];
    const first = new Map<string, number>();
    this.client.slots.forEach((nodes, slot) => {
      const node = nodes[0] ?? '';
      if (!first.has(node)) first.set(node, slot);
    });
    return [...first.values()];
  }

  close(): Promise<void> {
    this.problem = 'it is closed';
    this.client.disconnect();
    return Promise.resolve();
  }

  /** Only the first attempt is waited for: later ones come and go while calls fail at once. */
  private async connected(): Promise<void> {
    if (this.client.status !== 'ready') await this.firstAttempt;
    if (this.client.status !== 'ready')
      throw new ReadModelUnavailableError(`is out of reach (${this.problem})`);
  }

  private pipeline(commands: readonly Command[]) {
    return this.client.pipeline(commands.map((command) => [...command])).exec();
  }

  private async runPerNode(commands: readonly Command[]): Promise<Reply[]> {
    const { slots } = this.client as Cluster;
    const byNode = new Map<string, number[]>();
    commands.forEach(([, key], index) => {
      const node = slots[keySlot(key)]?.join() ?? '';
      const indexes = byNode.get(node);
      if (indexes) indexes.push(index);
      else byNode.set(node, [index]);
    });
    const all = new Array<Reply>(commands.length);
    const asked = [...byNode.values()].map(async (indexes) => {
      const answers = replies(await this.pipeline(indexes.map((index) => commands[index]!)));
      answers.forEach((answer, i) => (all[indexes[i]!] = answer));
    });
    await Promise.all(asked);
    return all;
  }
}

type Outcome = readonly [error: Error | null, result: unknown];

function replies(outcomes: readonly Outcome[] | null): Reply[] {
  if (outcomes === null) throw new ReadModelUnavailableError('gave no reply');
  return outcomes.map(([error, result]) => {
    if (error) throw error;
    return result as Reply;
  });
}

/** The first word of what Redis refused, as `OOM`; undefined when the error is not from Redis. */
export function replyKind(error: unknown): string | undefined {
  return error instanceof RedisReplyError ? error.reply.split(' ', 1)[0] : undefined;
}

function connect(address: RedisAddress): Redis | Cluster {
  const { nodes, cluster, username, password, db, tls } = address;
  const options = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    // Else ioredis keeps the process for 2 s after the end of a connection that was already broken.
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    // What was sent when a connection broke has an unknown outcome: it fails, and whoever asked asks again.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // A master that became a replica refuses writes: the next connection finds the new master.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    connectionName: 'keyward-read-model',
    disableClientInfo: true,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: tlsOptions(tls) } : {}),
  } satisfies RedisOptions;
  if (!cluster) {
    return new Redis({
      ...options,
      ...nodes[0],
      db,
      enableOfflineQueue: false,
      retryStrategy: reconnectDelay,
    });
  }
  return new Cluster([...nodes], {
    redisOptions: options,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelay,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // A certificate names hosts, so they must not be replaced by their addresses.
    ...(tls ? { dnsLookup: (host, callback) => callback(null, host) } : {}),
  });
}

function reconnectDelay(times: number): number {
  return Math.min(MAX_RECONNECT_MS, 50 * 2 ** Math.min(times, 10)) * (0.5 + Math.random() / 2);
}

function tlsOptions({ ca, cert, key, servername }: RedisTls) {
  return {
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
    ...(servername === undefined ? {} : { servername }),
  };
}
