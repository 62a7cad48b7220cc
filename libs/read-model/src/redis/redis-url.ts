import { ReadModelSetupError } from '../read-model.errors.js';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Paths are of PEM files. */
export interface RedisTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly servername: string | undefined;
}

/** Where and how to reach Redis, as the address in the settings says. */
export interface RedisAddress {
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly cluster: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  /** Begins every key, so that several read models can share one Redis. */
  readonly prefix: string;
  readonly tls: RedisTls | undefined;
}

const DEFAULT_PORT = 6379;
const TLS_OPTIONS = ['ca', 'cert', 'key', 'servername'] as const;
const OPTIONS: readonly string[] = ['cluster', 'node', 'prefix', ...TLS_OPTIONS];
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;

/**
 * `redis://[user[:password]@]host[:port][/db][?options]`, `rediss:` with TLS. Options: `cluster=true`
 * and `node=host:port` (again and again) for a Redis Cluster; `prefix`; with TLS `ca`, `cert`, `key`
 * (PEM files) and `servername`.
 * @throws ReadModelSetupError naming the rule; the address may hold a password, so it is never in the message
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : broken('must be an address like redis://host:6379');
  if (url.hostname === '') broken('must name a host, as in redis://host:6379');
  checkOptions(url);
  const cluster = flag(url, 'cluster');
  const extra = url.searchParams.getAll('node').map(parseNode);
  if (extra.length > 0 && !cluster) broken('may name more nodes by "node" only with "cluster=true"');
  const db = parseDb(url.pathname);
  if (cluster && db !== 0) broken('must leave out the database: a Redis Cluster has number 0 only');
  return {
    nodes: [{ host: unbracketed(url.hostname), port: portOf(url.port) }, ...extra],
    cluster,
    username: decoded(url.username),
    password: decoded(url.password),
    db,
    prefix: parsePrefix(url.searchParams.get('prefix')),
    tls: url.protocol === 'rediss:' ? tlsOf(url) : undefined,
  };
}

function broken(rule: string): never {
  throw new ReadModelSetupError(rule);
}

function checkOptions({ searchParams, protocol }: URL): void {
  for (const name of searchParams.keys()) {
    if (!OPTIONS.includes(name)) unknownOption(name);
    if (name !== 'node' && searchParams.getAll(name).length > 1) broken(`has the option "${name}" twice`);
  }
  const tls = TLS_OPTIONS.find((name) => searchParams.has(name));
  if (tls && protocol !== 'rediss:') broken(`has the option "${tls}", which needs rediss:`);
  if (searchParams.has('cert') !== searchParams.has('key')) broken('must have "cert" and "key", or neither');
}

function unknownOption(name: string): never {
  if (/sentinel/i.test(name))
    broken('cannot name a Redis Sentinel: give an address that follows the primary, or a Cluster');
  // The name may be a mistyped secret too, so only those that are known are told.
  return broken(`has an option that is none of ${OPTIONS.join(', ')}`);
}

function flag({ searchParams }: URL, name: string): boolean {
  const value = searchParams.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') broken(`has the option "${name}", which is true or false`);
  return value === 'true';
}

function parseNode(text: string): RedisNode {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  if (!match) return broken('must have each "node" as host:port');
  return { host: unbracketed(match[1]!), port: portOf(match[2] ?? '') };
}

function portOf(text: string): number {
  const port = text === '' ? DEFAULT_PORT : Number(text);
  return port > 0 && port < 65_536 ? port : broken('must have ports from 1 to 65535');
}

function parseDb(path: string): number {
  if (path === '' || path === '/') return 0;
  return /^\/\d{1,4}$/.test(path)
    ? Number(path.slice(1))
    : broken('must have a number for its database, as in redis://host:6379/2');
}

function parsePrefix(given: string | null): string {
  if (given === null) return 'kw';
  return PREFIX.test(given)
    ? given
    : broken('must have a "prefix" of 1 to 32 letters, digits, ".", "_" or "-"');
}

function tlsOf({ searchParams }: URL): RedisTls {
  const of = (name: (typeof TLS_OPTIONS)[number]): string | undefined => searchParams.get(name) ?? undefined;
  return { ca: of('ca'), cert: of('cert'), key: of('key'), servername: of('servername') };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return broken('must have its user and password percent-encoded');
  }
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
