import { MemoryReadModel } from './memory/memory-read-model.js';
import { ReadModelSetupError } from './read-model.errors.js';
import type { ReadModel, ReadModelWriter } from './read-model.port.js';
import { RedisReadModel, type RedisReadModelOptions } from './redis/redis-read-model.js';

/**
 * Opens the read model that a URL names; both sides are one object.
 * @param options of a Redis; memory needs none
 * @throws ReadModelSetupError naming the rule that the URL breaks; never with the URL, which may hold a password
 */
export function openReadModel(url: string, options: RedisReadModelOptions = {}): ReadModel & ReadModelWriter {
  if (url === 'memory:') return new MemoryReadModel();
  if (/^rediss?:/i.test(url)) return new RedisReadModel(url, options);
  throw new ReadModelSetupError("must be 'memory:', or an address that starts with redis: or rediss:");
}
