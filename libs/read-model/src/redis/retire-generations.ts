import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisParts } from './read-rounds.js';

const BATCH = 200;
const PAUSE_MS = 1;

/** Removes the generations that were replaced, a few keys at a time so that lookups are not held up. */
export async function retireGenerations({ connection, keys, marks }: RedisParts): Promise<void> {
  const [retired] = await connection.run([['smembers', keys.retired]]);
  for (const generation of retired as readonly string[]) {
    // The marks first: whoever still reads this generation then sees that it is no more.
    const all = marks.all(generation);
    for (let from = 0; from < all.length; from += BATCH)
      await connection.run(all.slice(from, from + BATCH).map((mark) => ['unlink', mark]));
    for (const node of connection.masters()) await unlinkAll(node, keys.allOf(generation));
    await connection.run([['srem', keys.retired, generation]]);
  }
}

async function unlinkAll(node: Redis, pattern: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, found] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', BATCH * 5);
    cursor = next;
    if (found.length > 0) {
      await node.pipeline(found.map((key) => ['unlink', key])).exec();
      await delay(PAUSE_MS);
    }
  } while (cursor !== '0');
}
