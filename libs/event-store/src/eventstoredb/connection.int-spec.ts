import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_AUTHORITY, TEST_SERVER } from '@keyward/runtime/testing';
import {
  EventStoreDbStandIn,
  StandInLog,
  type StandInOptions,
} from '../../../../test/support/eventstoredb/index.js';
import { openEventStore } from '../open-event-store.js';
import { anEvent, collect, expectCode, Follower, numbered, uniqueName } from '../testing/index.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { appendUntilKnown, SHORT } from './eventstoredb.fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'keyward-esdb-'));
const authority = join(folder, 'authority.pem');
const servers: EventStoreDbStandIn[] = [];

beforeAll(() => writeFileSync(authority, TEST_AUTHORITY));
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(options: StandInOptions = {}): Promise<EventStoreDbStandIn> {
  const server = await EventStoreDbStandIn.start(options);
  servers.push(server);
  return server;
}

async function writeAndRead(url: string): Promise<void> {
  const store = await openEventStore(url);
  const stream = uniqueName('connected');
  await store.append({ stream, expectedRevision: 'no_stream', events: numbered(2) });
  expect(await collect(store.readStream(stream))).toHaveLength(2);
  await store.close();
}

describe('TLS and credentials', () => {
  const user = { name: 'keyward', password: 's3cret@:/' };
  const secured = { tls: TEST_SERVER, user };
  const login = `keyward:${encodeURIComponent(user.password)}`;

  it('work with the authority’s file and the user of the address', async () => {
    const { port } = await start(secured);
    await writeAndRead(
      `esdb://${login}@localhost:${port}?tls=true&tlsCAFile=${encodeURIComponent(authority)}`,
    );
  });

  it('are missed by name and at once: a wrong password', async () => {
    const { port } = await start(secured);
    const url = `esdb://keyward:wr0ng@localhost:${port}?tls=true&tlsCAFile=${encodeURIComponent(authority)}`;
    const error = await expectCode(openEventStore(url), 'UNAVAILABLE');
    expect(error.message).toMatch(/refuses this user: check user and password in KEYWARD_EVENT_STORE/);
    expect(String(error.stack)).not.toContain('wr0ng');
  });

  it('are missed by name: a certificate of an authority that nobody vouches for', async () => {
    const { port } = await start(secured);
    const url = `esdb://${login}@localhost:${port}?tls=true`;
    const error = await expectCode(
      EventStoreDbEventStore.open({ url, ...SHORT, openTimeoutMs: 500 }),
      'UNAVAILABLE',
    );
    expect(error.message).toMatch(/certificate/);
    expect(String(error.stack)).not.toContain('s3cret');
  });
});

describe('addresses', () => {
  it('of KurrentDB work like those of EventStoreDB', async () => {
    const { port } = await start();
    await writeAndRead(`kurrentdb://127.0.0.1:${port}?tls=false`);
    await writeAndRead(`kurrentdb+discover://127.0.0.1:${port}?tls=false`);
  });

  it('of a cluster lead to its leader, whichever node is asked', async () => {
    const log = await StandInLog.open();
    const leader = await start({ log });
    const follower = await start({ log });
    follower.leaderPort = leader.port;
    await writeAndRead(`esdb://127.0.0.1:${follower.port},127.0.0.1:1?tls=false`);
    await writeAndRead(`esdb+discover://127.0.0.1:${follower.port}?tls=false`);
    expect(follower.calls).toMatchObject({ append: 0, read: 0 });
  });
});

describe('a server that is not there', () => {
  it('is waited for, when it is only starting', async () => {
    const { port, log } = await start();
    servers.pop()!.stop();
    const opening = EventStoreDbEventStore.open({ url: `esdb://127.0.0.1:${port}?tls=false` });
    setTimeout(() => void start({ port, log }), 300);
    const store = await opening;
    expect(await store.health()).toEqual({ ok: true });
    await store.close();
  });

  it('is told of after the time given, without the address', async () => {
    const url = 'esdb://keyward:s3cret@127.0.0.1:1?tls=false';
    const error = await expectCode(EventStoreDbEventStore.open({ url, openTimeoutMs: 200 }), 'UNAVAILABLE');
    expect(String(error.stack)).not.toContain('s3cret');
  });

  it('leaves nothing broken when it is there again', async () => {
    const server = await start();
    const store = await EventStoreDbEventStore.open({ url: server.url, ...SHORT });
    for (let round = 0; round < 3; round += 1) {
      servers.pop()!.stop();
      expect(await store.health()).toMatchObject({ ok: false });
      await expectCode(store.head(), 'UNAVAILABLE');
      await start({ port: server.port, log: server.log });
      const append = { stream: uniqueName('again'), expectedRevision: 'any', events: [anEvent()] } as const;
      while (!(await store.health()).ok);
      expect(await appendUntilKnown(store, append)).toMatchObject({ revision: 0n });
    }
    await store.close();
  });
});

describe('a cluster that takes connections and says nothing', () => {
  it('costs an append its time limit, and not the time that the client takes to look for the leader', async () => {
    const { port } = await start();
    const url = `esdb+discover://127.0.0.1:${port}?tls=false`;
    const store = await EventStoreDbEventStore.open({ url, ...SHORT });
    servers.pop()!.stop();
    const append = {
      stream: uniqueName('silent'),
      expectedRevision: 'no_stream',
      events: [anEvent()],
    } as const;
    // Until the client has noticed, and looks for the cluster anew.
    await expect(store.append(append)).rejects.toThrow();
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    const error = await expectCode(store.append(append), 'UNKNOWN_OUTCOME');
    expect(error.message).toMatch(/no answer within 700 ms/);
    silent.close();
    await store.close();
  });
});

describe('a change of leader', () => {
  it('is followed by appends and reads, and costs neither', async () => {
    const log = await StandInLog.open();
    const [one, two] = [await start({ log }), await start({ log })];
    two.leaderPort = one.port;
    const url = `esdb://127.0.0.1:${one.port},127.0.0.1:${two.port}?tls=false`;
    const store = await EventStoreDbEventStore.open({ url });
    const follower = new Follower(store, { after: 'start' });
    const stream = uniqueName('leader');
    for (let number = 0; number < 6; number += 1) {
      const [leader, other] = number % 2 === 0 ? [two, one] : [one, two];
      leader.leaderPort = undefined;
      other.leaderPort = leader.port;
      const served = other.calls.read;
      await store.head();
      expect(other.calls.read).toBe(served);
      const expectedRevision = number === 0 ? 'no_stream' : BigInt(number - 1);
      await store.append({ stream, expectedRevision, events: numbered(1, number) });
      expect(await collect(store.readStream(stream))).toHaveLength(number + 1);
    }
    await follower.untilCount(6);
    expect(follower.events.map(({ data }) => data['number'])).toEqual([...Array(6).keys()]);
    await follower.stop();
    await store.close();
  });
});
