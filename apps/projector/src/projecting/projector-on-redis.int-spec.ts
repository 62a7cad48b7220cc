// @needs redis
import { MemoryEventStore } from '@keyward/event-store';
import { openReadModel } from '@keyward/read-model';
import { NO_TRACING, SystemClock } from '@keyward/runtime';
import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../../../scripts/services/redis.mjs';
import { setOrgKey, until } from '../testing/log-events.js';
import { project } from './projector.js';

const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };
const LEASE_MS = 600;

let server: RedisServer;
let log: MemoryEventStore;
let reader: ReturnType<typeof openReadModel>;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(() => {
  log = new MemoryEventStore();
  reader = openReadModel(server.url);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await reader.close();
  const client = new Redis(server.url);
  await client.flushall();
  client.disconnect();
});

/** A projector process: begins anew after an error, as its supervisor makes it. */
function startProjector() {
  const store = openReadModel(server.url, { leaseMs: LEASE_MS });
  const seen: string[] = [];
  const note = (what: string) => (): void => void seen.push(what);
  const observer = {
    standingBy: note('standing by'),
    takingOver: note('taking over'),
    rebuilding: note('rebuilding'),
    applying: () => undefined,
    applied: (count: number) => void seen.push(`applied ${count}`),
    caughtUp: note('caught up'),
    heartbeatMissed: (error: unknown) => void seen.push((error as Error).name),
    maintained: note('maintained'),
    maintenanceInterrupted: note('interrupted'),
  };
  const controller = new AbortController();
  const run = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      await project(
        {
          events: log,
          writer: store,
          observer,
          heartbeatMs: 5,
          tracing: NO_TRACING,
          clock: new SystemClock(),
        },
        controller.signal,
      ).catch((error: Error) => {
        seen.push(error.name);
        return new Promise((resolve) => setTimeout(resolve, 10));
      });
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    controller.abort();
    await running;
    await store.close();
  };
  ends.push(stop);
  return { seen, stop };
}

const version = async (): Promise<number | undefined> => {
  const { status, entries } = await reader.lookup([ADDRESS]);
  return status.ready ? entries[0]!.organizationSlot?.state.key?.version : undefined;
};

describe('the projector over Redis', () => {
  it('builds the read model for other processes, and follows the log', async () => {
    await setOrgKey(log, 'acme', 1);
    startProjector();
    await until(async () => (await version()) === 1);
    await setOrgKey(log, 'acme', 2);
    await until(async () => (await version()) === 2);
  });

  it('finds out by its beat that the store was emptied while nothing was appended, and builds it anew', async () => {
    await setOrgKey(log, 'acme', 1);
    const { seen } = startProjector();
    await until(async () => (await version()) === 1);
    const client = new Redis(server.url);
    await client.flushall();
    client.disconnect();
    await until(async () => (await version()) === 1);
    expect(seen.filter((what) => what === 'rebuilding')).toHaveLength(2);
  });

  it('says that the store is full, by its beat and by its end, and goes on when there is room again', async () => {
    await setOrgKey(log, 'acme', 1);
    const { seen } = startProjector();
    await until(async () => (await version()) === 1);
    const client = new Redis(server.url);
    const fulls = (): number => seen.filter((what) => what === 'ReadModelFullError').length;
    await client.config('SET', 'maxmemory', '1');
    await until(() => fulls() >= 2);
    await setOrgKey(log, 'acme', 2);
    await until(() => fulls() >= 4);
    expect(await version()).toBe(1);
    await client.config('SET', 'maxmemory', '0');
    client.disconnect();
    await until(async () => (await version()) === 2);
    expect(seen.filter((what) => what === 'rebuilding')).toHaveLength(1);
  });

  it('stands by while another works, and takes over where that one stopped', async () => {
    await setOrgKey(log, 'acme', 1);
    const first = startProjector();
    await until(() => first.seen.includes('caught up'));
    const second = startProjector();
    await setOrgKey(log, 'acme', 2);
    await until(async () => (await version()) === 2);
    expect(second.seen).toEqual(['standing by']);
    await first.stop();
    await setOrgKey(log, 'acme', 3);
    await until(async () => (await version()) === 3);
    await until(() => second.seen.includes('caught up'));
    expect(second.seen).not.toContain('rebuilding');
  });
});
