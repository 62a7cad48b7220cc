import { randomUUID } from 'node:crypto';
import { encodePosition } from '@keyward/contracts';
import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import { organizationStream, projectStream } from '@keyward/domain';
import { Refusals } from '@keyward/refusals';
import {
  BroadcasterFixture,
  nextTurn,
  organization,
  project,
  type BroadcasterFixtureOptions,
  type WatchChoices,
} from '../testing/broadcaster-fixture.js';
import type { TestClient } from '../testing/test-client.js';

describe('Watch over gRPC', () => {
  let fixture: BroadcasterFixture;
  const start = async (options: BroadcasterFixtureOptions = {}): Promise<BroadcasterFixture> =>
    (fixture = await BroadcasterFixture.start(options));
  /** A client that is being watched for. */
  const watching = async (choices: WatchChoices = {}): Promise<TestClient> => {
    const client = fixture.watch(choices);
    await client.until('heartbeat');
    return client;
  };
  afterEach(() => fixture.close());

  it('tells a change with all about it and its position', async () => {
    await start();
    const client = await watching({ projectIds: ['website'] });
    const position = await fixture.change({ projectId: 'website', kind: 'set', version: 4, keyId: 'key-4' });
    const [message] = await client.until('change');
    expect(message!.change).toEqual({
      organizationId: 'acme',
      projectId: 'website',
      integrationId: 'openai',
      kind: 'KIND_SET',
      version: 4,
      keyId: 'key-4',
      affectedProjectIds: ['website'],
      position: fixture.positionToken(position),
    });
    expect(message!.changesThrough).toBe(fixture.positionToken(position));
  });

  it.each([
    ['removed', 'KIND_REMOVED'],
    ['disabled', 'KIND_DISABLED'],
    ['enabled', 'KIND_ENABLED'],
  ] as const)('tells that a key of the organization was %s', async (kind, told) => {
    await start();
    const client = await watching();
    await fixture.change({ kind });
    const [message] = await client.until('change');
    expect(message!.change).toMatchObject({ kind: told, projectId: '', affectedProjectIds: [] });
  });

  it('resumes after the last changes_through, without a gap or a repeat', async () => {
    await start();
    const first = await watching();
    await fixture.changes(3);
    const { changesThrough } = (await first.until('change', 3)).at(-1)!;
    first.cancel();
    await fixture.changes(3);
    const second = await watching({ afterPosition: changesThrough });
    await fixture.changes(1);
    await second.until('change', 4);
    expect(second.messages[0]).toMatchObject({ event: 'heartbeat', changesThrough });
    expect(new Set([...first.positions, ...second.positions]).size).toBe(7);
    expect(second.positions).toHaveLength(4);
  });

  it('resumes through a backlog that is larger than what a connection takes at once', async () => {
    await start({ settings: { KEYWARD_WATCH_WINDOW: 5_000, KEYWARD_WATCH_QUEUE: 10 } });
    const { changesThrough } = (await (await watching()).until('heartbeat'))[0]!;
    await fixture.changes(3_000);
    const client = fixture.watch({ afterPosition: changesThrough });
    await client.until('change', 3_000);
    expect(new Set(client.positions).size).toBe(3_000);
  });

  it('resets a client whose position is older than the window, then goes on live', async () => {
    await start({ settings: { KEYWARD_WATCH_WINDOW: 2 } });
    const { changesThrough: old } = (await (await watching()).until('heartbeat'))[0]!;
    const head = await fixture.changes(4);
    await fixture.caughtUp();
    const client = fixture.watch({ afterPosition: old });
    const [reset] = await client.until('reset');
    expect(reset!.changesThrough).toBe(fixture.positionToken(head));
    await client.until('heartbeat');
    await fixture.change();
    await client.until('change');
    expect(client.kinds).toEqual(['reset', 'heartbeat', 'change']);
  });

  it('beats, and says how far it is where nothing changes', async () => {
    await start({ settings: { KEYWARD_WATCH_HEARTBEAT: 30 } });
    const client = await watching();
    const position = await fixture.write();
    await fixture.caughtUp();
    while (client.messages.at(-1)!.changesThrough !== fixture.positionToken(position)) {
      await client.until('heartbeat', client.messages.length + 1);
    }
    expect(new Set(client.kinds)).toEqual(new Set(['heartbeat']));
  });

  it("tells the organization's change only to those whose projects it alters", async () => {
    await start();
    const website = await watching({ projectIds: ['website'] });
    const shop = await watching({ projectIds: ['shop'] });
    const both = await watching({ projectIds: ['website', 'shop'] });
    await fixture.change({ projectId: 'website', version: 1 });
    await fixture.change();
    await fixture.change({ projectId: 'website', kind: 'removed' });
    await website.until('change', 2);
    await shop.until('change', 1);
    const seen = await both.until('change', 3);
    expect(website.messages.flatMap(({ change }) => change?.projectId ?? [])).toEqual(['website', 'website']);
    expect(seen.map(({ change }) => change!.affectedProjectIds)).toEqual([
      ['website'],
      ['shop'],
      ['website'],
    ]);
  });

  it("shows a worker that is narrowed to projects and names none its own projects' changes", async () => {
    await start();
    const narrowed = await watching({ token: await fixture.token('acme', ['shop']) });
    await fixture.change({ projectId: 'website' });
    await fixture.change({ projectId: 'shop' });
    const [message] = await narrowed.until('change');
    expect(message!.change).toMatchObject({ projectId: 'shop', affectedProjectIds: ['shop'] });
  });

  describe('refuses', () => {
    beforeEach(() => start());

    it.each<[string, WatchChoices, string]>([
      ['an organization id', { organizationId: 'a~b' }, 'organization_id'],
      ['a project id', { projectIds: ['website', ''] }, 'project_ids[1]'],
      ['an integration id', { integrationIds: ['no/such'] }, 'integration_ids[0]'],
      ['a position', { afterPosition: 'nonsense' }, 'after_position'],
      [
        'a position of another log',
        { afterPosition: encodePosition('other', positionAt(1)) },
        'after_position',
      ],
      ['too many projects', { projectIds: Array.from({ length: 501 }, (_, i) => `p${i}`) }, 'project_ids'],
    ])('%s that breaks its rule, naming the field', async (_, choices, field) => {
      const end = await fixture.watch(choices).ended;
      expect(end).toMatchObject({ grpcCode: 3, reason: 'INVALID_REQUEST', metadata: { field } });
    });

    it('a position beyond the end of the log', async () => {
      const end = await fixture.watch({ afterPosition: fixture.positionToken(positionAt(999)) }).ended;
      expect(end).toMatchObject({ grpcCode: 3, metadata: { field: 'after_position' } });
    });

    it('a foreign, an unknown and a project-foreign organization alike', async () => {
      await fixture.write(organization('globex'));
      const foreign = await fixture.watch({ organizationId: 'globex' }).ended;
      const unknown = await fixture.watch({ organizationId: 'nowhere' }).ended;
      const own = await fixture.watch({ organizationId: 'nowhere', token: await fixture.token('nowhere') })
        .ended;
      expect(foreign).toMatchObject({ grpcCode: 7, reason: 'FORBIDDEN' });
      expect(unknown).toEqual(foreign);
      expect(own).toEqual(foreign);
    });

    it('a project that the worker is not for, known or not, alike', async () => {
      const token = await fixture.token('acme', ['shop']);
      const known = await fixture.watch({ token, projectIds: ['shop', 'website'] }).ended;
      const unknown = await fixture.watch({ token, projectIds: ['nothing'] }).ended;
      expect(known).toMatchObject({ grpcCode: 7, reason: 'FORBIDDEN' });
      expect(unknown).toEqual(known);
    });

    it('an unknown and an archived project', async () => {
      const unknown = await fixture.watch({ projectIds: ['nothing'] }).ended;
      await fixture.write(project('acme', 'shop', 'archived', 1n));
      const archived = await fixture.watch({ projectIds: ['website', 'shop'] }).ended;
      for (const end of [unknown, archived])
        expect(end).toMatchObject({ grpcCode: 5, reason: 'UNKNOWN_PROJECT' });
    });

    it('an unknown integration', async () => {
      const end = await fixture.watch({ integrationIds: ['no-such-integration'] }).ended;
      expect(end).toMatchObject({ grpcCode: 5, reason: 'UNKNOWN_INTEGRATION' });
    });

    it.each<[string, string | null]>([
      ['no token', null],
      ['something that is no token', 'x.y.z'],
    ])('%s', async (_, token) => {
      expect(await fixture.watch({ token }).ended).toMatchObject({ grpcCode: 16, reason: 'UNAUTHENTICATED' });
    });
  });

  it('records what policy refused', async () => {
    await start();
    const streams = [
      organizationStream('acme'),
      ...['website', 'shop'].map((id) => projectStream('acme', id)),
    ];
    for (const stream of streams) {
      const event = { id: randomUUID(), type: 'Registered', data: {}, metadata: {} };
      await fixture.events.append({ stream, expectedRevision: 'any', events: [event] });
    }
    const token = await fixture.token('acme', ['shop']);
    await fixture.watch({ token, projectIds: ['shop', 'website'] }).ended;
    await fixture.watch({ token, projectIds: ['website'], integrationIds: ['openai'] }).ended;
    await fixture.watch({ token: await fixture.token('globex'), projectIds: ['website'] }).ended;
    await fixture.write(project('acme', 'shop', 'archived', 1n));
    await fixture.watch({ projectIds: ['website', 'shop'] }).ended;
    await fixture.app.get(Refusals).flush();
    const recorded: object[] = [];
    for await (const { stream, data } of fixture.events.readAll())
      if (stream.startsWith('refusals-')) recorded.push(data);
    const common = { operation: 'watch', actor: 'worker-of-acme', actorKind: 'worker', count: 1 };
    expect(recorded).toEqual([
      expect.objectContaining({ ...common, code: 'FORBIDDEN', projectId: null }),
      expect.objectContaining({
        ...common,
        code: 'FORBIDDEN',
        projectId: 'website',
        integrationId: 'openai',
      }),
      expect.objectContaining({ ...common, code: 'UNKNOWN_PROJECT', projectId: 'shop' }),
    ]);
  });

  it('refuses, for now, while the read model is out of reach', async () => {
    await start();
    fixture.readModel.organization = () => Promise.reject(new Error('redis.internal does not answer'));
    const end = await fixture.watch().ended;
    expect(end).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
    expect(JSON.stringify(end)).not.toContain('redis.internal');
  });

  it('refuses a position that it has not come to, for now, while the event log is out of reach', async () => {
    await start();
    fixture.events.head = () => Promise.reject(new Error('esdb.internal does not answer'));
    const end = await fixture.watch({ afterPosition: fixture.positionToken(positionAt(999)) }).ended;
    expect(end).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
    expect(JSON.stringify(end)).not.toContain('esdb.internal');
  });

  it('refuses more watches than a principal may have', async () => {
    await start({ settings: { KEYWARD_WATCHES_PER_PRINCIPAL: 1 } });
    const first = await watching();
    expect(await fixture.watch().ended).toMatchObject({ grpcCode: 8, reason: 'RATE_LIMITED' });
    first.cancel();
    while (fixture.hub.size > 0) await nextTurn();
    await watching();
  });

  it('refuses watches until the change log was read to its end', async () => {
    await start({ filled: false });
    expect(await fixture.watch().ended).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
    await fixture.caughtUp();
    await watching();
  });

  it('ends a watch when its token expires', async () => {
    await start({ settings: { KEYWARD_WATCH_HEARTBEAT: 50 } });
    const client = await watching({ token: await fixture.token('acme', undefined, 1) });
    const other = await watching();
    expect(await client.ended).toMatchObject({ grpcCode: 16, reason: 'UNAUTHENTICATED' });
    await fixture.change();
    await other.until('change');
    expect(fixture.hub.size).toBe(1);
  });

  it('ends a watch that does not read, while another one gets everything', async () => {
    await start({ settings: { KEYWARD_WATCH_WINDOW: 20_000, KEYWARD_WATCH_QUEUE: 50 } });
    const slow = await watching();
    const quick = await watching();
    slow.stall();
    let sent = 0;
    while (fixture.hub.size === 2) {
      await fixture.changes(25);
      sent += 25;
      await quick.until('change', sent);
    }
    slow.resume();
    // The reset of a stream that does not drain and the status that it may still read say the same.
    expect((await slow.ended).grpcCode).toBe(8);
    expect(new Set(quick.positions).size).toBe(sent);
    expect(slow.positions.length).toBeLessThan(sent);
    expect(await fixture.metricsText()).toContain('keyward_watches_ended_total{reason="SLOW_WATCHER"} 1');
  });

  it('forgets a client that goes away', async () => {
    await start();
    const client = await watching();
    expect(await fixture.metricsText()).toContain('keyward_watches 1');
    client.cancel();
    while (fixture.hub.size > 0) await nextTurn();
    await fixture.change();
    expect(await fixture.metricsText()).toContain('keyward_watches 0');
  });

  it('ends every watch with UNAVAILABLE when the server stops, with all sent that came before', async () => {
    await start();
    const clients = [await watching(), await watching()];
    const last = await fixture.changes(5);
    await fixture.caughtUp();
    const stopped = fixture.stop();
    for (const client of clients) {
      expect(await client.ended).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
      expect(client.positions.at(-1)).toBe(fixture.positionToken(last));
    }
    await stopped;
  });

  it('resets its watches when the change log dropped changes that it had not read', async () => {
    await start();
    const client = await watching();
    const head = await fixture.write();
    // More at once than the change log keeps: the reader finds that it fell behind.
    const first = Number(head.commit) + 1;
    const many = Array.from({ length: 25_000 }, (_, i) => aKeyChange(first + i));
    await fixture.changeLog.append(many.slice(0, 12_000));
    await fixture.changeLog.append(many.slice(12_000));
    await fixture.changeLog.saveCheckpoint(many.at(-1)!.position);
    await client.until('reset');
  });
});
