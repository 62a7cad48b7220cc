import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisReadModel, type RedisReadModelOptions } from './redis-read-model.js';

/** Generous, because a loaded machine is no failure. */
const TIMEOUT_MS = 30_000;

/** The run's Redis, or what the environment names. */
export function testRedisUrl(): string {
  const url = process.env['KEYWARD_TEST_REDIS_URL'];
  if (!url)
    throw new Error(
      'KEYWARD_TEST_REDIS_URL is not set: run the tests with `npm test`, which provides a Redis',
    );
  return url;
}

/** A prefix that nobody else uses. */
export function ownPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

/** The read model that an address names, under a prefix. */
export function redisReadModel(
  url: string,
  prefix: string,
  options: RedisReadModelOptions = {},
): RedisReadModel {
  const address = `${url}${url.includes('?') ? '&' : '?'}prefix=${prefix}`;
  return new RedisReadModel(address, { timeoutMs: TIMEOUT_MS, ...options });
}

/** Removes what was written under a prefix. */
export async function removePrefix(url: string, prefix: string): Promise<void> {
  const client = new Redis(url);
  try {
    for await (const found of client.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
      if ((found as string[]).length > 0) await client.unlink(...(found as string[]));
    }
  } finally {
    client.disconnect();
  }
}
