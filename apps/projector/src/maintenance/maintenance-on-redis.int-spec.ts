// @needs redis
import { MemoryEventStore } from '@keyward/event-store';
import { openReadModel, type Difference } from '@keyward/read-model';
import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../../../scripts/services/redis.mjs';
import { describeMaintenance } from '../testing/describe-maintenance.js';
import { append, setOrgKey, until } from '../testing/log-events.js';
import { MaintainedRun, type Store } from '../testing/maintained-run.js';

let server: RedisServer;
let client: Redis;
beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});
afterEach(() => client.flushall());

describeMaintenance('in Redis', () => openReadModel(server.url) as Store);

describe('what was done to Redis behind Keyward', () => {
  const log = new MemoryEventStore();
  let run: MaintainedRun;

  beforeAll(async () => {
    const by = { actor: 'root', occurredAt: '2026-03-01T12:00:00.000Z' };
    await append(log, 'organization-acme', 'OrganizationRegistered', {
      ...by,
      organizationId: 'acme',
      name: 'Acme',
      plan: 'enterprise',
    });
    for (const org of ['acme', 'globex', 'initech', 'umbrella', 'hooli']) await setOrgKey(log, org, 1);
    await setOrgKey(log, 'globex', 2);
  });
  beforeEach(async () => {
    run = new MaintainedRun(log, openReadModel(server.url) as Store);
    await until(async () => (await run.store.status()).ready);
  });
  afterEach(async () => {
    await run.stop();
    await run.store.close();
  });

  const keyOf = async (name: string): Promise<string> => {
    const live = await client.hget('kw:{meta}', 'live');
    return `kw:${live}:${name}`;
  };
  const alter = async (name: string, field: string, change: (text: string) => string): Promise<void> => {
    const key = await keyOf(name);
    await client.hset(key, field, change((await client.hget(key, field))!));
  };

  it('is named by a check, record by record, without a key; and mended by a rebuild', async () => {
    await alter('{acme}', '.', (text) => text.replace('enterprise', 'free'));
    await alter('{acme}:openai', '.', (text) => text.replace('fp1_1', 'fp1_X'));
    await alter('{globex}:openai', '.', (text) => text.replace(/^1:/, '0:').replace('globex-2', 'globex-1'));
    await alter('{initech}:openai', '.', (text) => text.replace('ciphertext', 'CANARY'));
    await alter('{umbrella}:openai', '.', () => 'nothing that makes sense');
    await client.hdel(await keyOf('{hooli}:openai'), '.');
    await client.hset(
      await keyOf('{acme}:openai'),
      'ghost',
      (await client.hget(await keyOf('{acme}:openai'), '.'))!,
    );
    const job = await run.does('check');
    expect(job).toMatchObject({ state: 'differs', differenceCount: 8 });
    const named = (difference: Difference): string =>
      `${difference.organizationId} ${difference.projectId ?? '-'} ${difference.record}: ${difference.kind} ${difference.differsIn.join()}`;
    expect(job.differences.map(named).sort()).toEqual([
      'acme - key: altered fingerprint',
      'acme - key: miscounted overridingProjects',
      'acme - organization: altered plan',
      'acme ghost key: extra ',
      'globex - key: older ',
      'hooli - key: missing ',
      'initech - key: altered sealed',
      'umbrella - key: unreadable ',
    ]);
    expect(job.differences.find(({ kind }) => kind === 'older')).toMatchObject({
      log: { revision: 1, version: 2, state: 'set' },
      readModel: { revision: 0, version: 2, state: 'set' },
    });
    expect(JSON.stringify(job)).not.toContain('CANARY');
    const organization = await run.does('check', { organizationId: 'globex' });
    expect(organization.differences.map(named)).toEqual(['globex - key: older ']);

    expect(await run.does('rebuild')).toMatchObject({ state: 'done', differenceCount: 0 });
    expect(await run.does('check')).toMatchObject({ state: 'done', differenceCount: 0, compared: 6 });
  });

  it('does not outlive what is lost: a rebuild that it befalls is begun anew', async () => {
    await run.ask('rebuild');
    await client.flushall();
    await until(() => run.seen.some((what) => what.startsWith('ended') || what === 'building what is lost'));
    expect(await client.hget('kw:{meta}:job', 'job')).toBeNull();
  });
});
