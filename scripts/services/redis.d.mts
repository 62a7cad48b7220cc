/** A Redis server of its own, ended with the process that started it. */
export interface RedisServer {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
  /** What it printed last. */
  output(): string;
}

/** @param options further lines of `redis.conf`; `port` to use a certain one */
export function startRedis(options?: Readonly<Record<string, string | number>>): Promise<RedisServer>;
