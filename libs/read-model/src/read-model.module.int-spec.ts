// @needs redis
import { EventStore, EventStoreModule } from '@keyward/event-store';
import { Metrics, RuntimeModule } from '@keyward/runtime';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../../scripts/services/redis.mjs';
import { ReadModelModule } from './read-model.module.js';
import { ReadModel, ReadModelWriter } from './read-model.port.js';

let server: RedisServer;
let admin: Redis;
const apps: INestApplicationContext[] = [];

async function start(url = server.url): Promise<INestApplicationContext> {
  const imports = [RuntimeModule, EventStoreModule.forRoot('memory:'), ReadModelModule.forRoot(url)];
  const app = await Test.createTestingModule({ imports }).compile();
  app.useLogger(false);
  await app.init();
  apps.push(app);
  return app;
}

beforeEach(async () => {
  server = await startRedis();
  admin = new Redis(server.url, { disconnectTimeout: 50 });
  admin.on('error', () => undefined);
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  admin.disconnect();
  await server.stop();
});

describe('ReadModelModule on Redis', () => {
  it('does not start on a Redis that evicts, and names the setting', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    await expect(start()).rejects.toThrow(/^KEYWARD_READ_MODEL .*allkeys-lfu.*noeviction/);
  });

  it('does not start on a malformed address, without showing it', async () => {
    await expect(start('redis://:s3cret@cache?unknown=1')).rejects.toThrow(
      /^KEYWARD_READ_MODEL (?!.*s3cret)/,
    );
    await expect(start('mysql://:s3cret@cache')).rejects.toThrow(
      /^KEYWARD_READ_MODEL must be 'memory:'(?!.*s3cret)/,
    );
  });

  it('starts while Redis is out of reach, which passes', async () => {
    await server.stop();
    const app = await start();
    expect((await app.get(ReadModel).health()).ok).toBe(false);
  });

  it('serves what was built from its own log and no other', async () => {
    const app = await start();
    const writer = app.get(ReadModelWriter);
    await writer.reset('another-log');
    await writer.markReady();
    expect((await app.get(ReadModel).status()).ready).toBe(false);
    await writer.reset(app.get(EventStore).storeId);
    await writer.markReady();
    expect((await app.get(ReadModel).status()).ready).toBe(true);
  });

  it('shows the breaker among the metrics', async () => {
    const app = await start();
    expect((await app.get(Metrics).render()).body).toContain('keyward_read_model_breaker_state 0');
  });
});
