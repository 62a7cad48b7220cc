// @needs redis
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_AUTHORITY, TEST_CLIENT, TEST_SERVER } from '@keyward/runtime/testing';
import { freePorts } from '../../../../scripts/services/guarded-server.mjs';
import { startRedis, type RedisServer } from '../../../../scripts/services/redis.mjs';
import { RedisReadModel } from './redis-read-model.js';

let folder: string;
let server: RedisServer;
let port: number;

const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-tls-'));
  writeFileSync(file('ca.pem'), TEST_AUTHORITY);
  writeFileSync(file('server.pem'), TEST_SERVER.certificate);
  writeFileSync(file('server.key'), TEST_SERVER.privateKey, { mode: 0o600 });
  writeFileSync(file('client.pem'), TEST_CLIENT.certificate);
  writeFileSync(file('client.key'), TEST_CLIENT.privateKey, { mode: 0o600 });
  [port] = (await freePorts(1)) as [number];
  server = await startRedis({
    'tls-port': port,
    'tls-cert-file': file('server.pem'),
    'tls-key-file': file('server.key'),
    'tls-ca-cert-file': file('ca.pem'),
    'tls-auth-clients': 'yes',
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function health(url: string) {
  const store = new RedisReadModel(url, { timeoutMs: 10_000 });
  try {
    return await store.health();
  } finally {
    await store.close();
  }
}

describe('Redis over TLS', () => {
  const clientFiles = () => `cert=${file('client.pem')}&key=${file('client.key')}`;

  it('is reached with its authority and a client certificate', async () => {
    expect(await health(`rediss://localhost:${port}?ca=${file('ca.pem')}&${clientFiles()}`)).toEqual({
      ok: true,
    });
  });

  it('is not trusted without its authority', async () => {
    const { ok, detail } = await health(`rediss://localhost:${port}?${clientFiles()}`);
    expect(ok).toBe(false);
    expect(detail).toMatch(/certificate/);
  });

  it('does not let in who shows no certificate where it wants one', async () => {
    expect((await health(`rediss://localhost:${port}?ca=${file('ca.pem')}`)).ok).toBe(false);
  });

  it('is checked for the name that is given', async () => {
    const url = `rediss://localhost:${port}?ca=${file('ca.pem')}&${clientFiles()}&servername=other.example`;
    expect((await health(url)).detail).toMatch(/other\.example/);
  });
});
