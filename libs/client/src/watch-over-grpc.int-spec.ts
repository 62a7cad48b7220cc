import { jest } from '@jest/globals';
import type { WatchResponse } from '@keyward/contracts';
import type { ClientEvent } from './client-event.js';
import type { KeywardClientOptions } from './client-options.js';
import { createKeywardClient, type KeywardClient } from './keyward-client.js';
import { ScriptedServer, foundAnswer, refuse, type SeenWatch } from './testing/scripted-server.js';
import { until } from './testing/until.js';
import type { WatchEvent } from './watch/watch-event.js';

const WEB = { projectId: 'web', integrationId: 'openai' };

function heartbeat(changesThrough: string): WatchResponse {
  return { changesThrough, heartbeat: {} };
}

function change(position: string, projectId = 'web'): WatchResponse {
  const slot = { organizationId: 'acme', projectId, integrationId: 'openai' };
  return {
    changesThrough: position,
    change: { ...slot, kind: 'KIND_SET', version: 2, keyId: 'key-2', affectedProjectIds: ['web'], position },
  };
}

describe('A watch over gRPC', () => {
  let server: ScriptedServer;
  const clients: KeywardClient[] = [];
  const events: ClientEvent[] = [];

  function connect(options: Partial<KeywardClientOptions> = {}): KeywardClient {
    const client = createKeywardClient({
      target: server.target,
      token: 'a.b.c',
      organizationId: 'acme',
      tls: 'insecure',
      onEvent: (event) => events.push(event),
      ...options,
    });
    clients.push(client);
    return client;
  }

  /** Reads a watch into an array until it ends. */
  function collect(watch: AsyncIterable<WatchEvent>) {
    const seen: WatchEvent[] = [];
    const done = (async () => {
      for await (const event of watch) seen.push(event);
    })();
    done.catch(() => undefined);
    return { seen, done };
  }

  const kinds = (seen: readonly WatchEvent[]): string[] => seen.map((e) => `${e.kind} ${e.changesThrough}`);
  const stream = (index: number): SeenWatch => server.watches[index]!;

  beforeEach(async () => {
    events.length = 0;
    server = await new ScriptedServer().start();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    server.stop();
  });

  describe('of the caller', () => {
    it('tells changes with all that is known of them', async () => {
      const { seen } = collect(connect().watch({ projectIds: ['web'], integrationIds: ['openai'] }));
      await until('the stream is open', () => server.watches.length === 1);
      stream(0).send(change('p1'));
      stream(0).send(change('p2', ''));
      await until('both have come', () => seen.length === 3);
      expect(stream(0)).toMatchObject({ token: 'Bearer a.b.c' });
      expect(stream(0).request).toMatchObject({
        organizationId: 'acme',
        projectIds: ['web'],
        integrationIds: ['openai'],
        afterPosition: '',
      });
      expect(seen[0]).toEqual({ kind: 'heartbeat', changesThrough: 'start' });
      expect(seen[1]).toEqual({
        kind: 'change',
        change: 'set',
        organizationId: 'acme',
        projectId: 'web',
        integrationId: 'openai',
        version: 2,
        keyId: 'key-2',
        affectedProjectIds: ['web'],
        position: 'p1',
        changesThrough: 'p1',
      });
      expect(seen[2]).toMatchObject({ projectId: undefined, position: 'p2' });
    });

    it.each<[string, (watch: SeenWatch) => void]>([
      ['is ended', (watch) => watch.end()],
      ['is ended because the server stops', (watch) => watch.fail(refuse('UNAVAILABLE'))],
      ['is ended because it reads too slowly', (watch) => watch.fail(refuse('SLOW_WATCHER'))],
    ])('resumes where it was when its stream %s', async (_, breakOff) => {
      server.onWatch = (watch) => watch.send(heartbeat(watch.request.afterPosition || 'start'));
      const { seen } = collect(connect().watch());
      await until('the stream is open', () => seen.length === 1);
      stream(0).send(change('p1'));
      await until('the change has come', () => seen.length === 2);
      breakOff(stream(0));
      await until('it has resumed', () => seen.length === 3);
      expect(stream(1).request.afterPosition).toBe('p1');
      expect(kinds(seen)).toEqual(['heartbeat start', 'change p1', 'heartbeat p1']);
    });

    it('finds the server again after it was killed', async () => {
      const { seen } = collect(connect().watch({ afterPosition: 'kept' }));
      await until('the stream is open', () => seen.length === 1);
      const port = Number(server.target.split(':')[1]);
      expect(stream(0).request.afterPosition).toBe('kept');
      server.stop();
      server = await new ScriptedServer().start(port);
      await until('it has resumed', () => seen.length === 2);
      expect(stream(0).request.afterPosition).toBe('start');
    });

    it('passes a reset on', async () => {
      server.onWatch = (watch) => watch.send({ changesThrough: 'now', reset: {} });
      const { seen } = collect(connect().watch({ afterPosition: 'long ago' }));
      await until('it has come', () => seen.length === 1);
      expect(kinds(seen)).toEqual(['reset now']);
    });

    it('opens another stream when heartbeats fail to come', async () => {
      server.onWatch = (watch) => {
        if (server.watches.length > 1) watch.send(heartbeat('start'));
      };
      const { seen } = collect(connect({ heartbeatMs: 30 }).watch());
      await until('the second stream is heard', () => seen.length === 1);
      expect(server.watches.length).toBeGreaterThan(1);
      await until('the first is cancelled', () => stream(0).isCancelled());
    });

    it('does not take a slow consumer for a silent server', async () => {
      const watch = connect({ heartbeatMs: 30 }).watch();
      await watch.next();
      stream(0).send(change('p1'));
      // Far longer than three heartbeats without asking for the next event.
      const busyUntil = performance.now() + 300;
      await until('the consumer is ready', () => performance.now() > busyUntil);
      const next = await watch.next();
      expect(next.value).toMatchObject({ kind: 'change', position: 'p1' });
      expect(server.watches).toHaveLength(1);
    });

    it.each(['FORBIDDEN', 'UNKNOWN_PROJECT', 'INVALID_REQUEST', 'UNAUTHENTICATED'] as const)(
      'ends with %s when it is refused with that',
      async (code) => {
        server.onWatch = (watch) => watch.fail(refuse(code));
        const { done } = collect(connect().watch({ afterPosition: 'given' }));
        await expect(done).rejects.toMatchObject({ name: 'KeywardClientError', code });
        expect(server.watches).toHaveLength(1);
      },
    );

    it('goes on with a new token when the old one has run out', async () => {
      let asked = 0;
      const { seen } = collect(connect({ token: () => `token-${(asked += 1)}` }).watch());
      await until('the stream is open', () => seen.length === 1);
      stream(0).fail(refuse('UNAUTHENTICATED'));
      await until('it goes on', () => seen.length === 2);
      expect(server.watches.map(({ token }) => token)).toEqual(['Bearer token-1', 'Bearer token-2']);
      expect(stream(1).request.afterPosition).toBe('start');
    });

    it('ends when the new token is refused too', async () => {
      let asked = 0;
      server.onWatch = (watch) => watch.fail(refuse('UNAUTHENTICATED'));
      const { done } = collect(connect({ token: () => `token-${(asked += 1)}` }).watch());
      await expect(done).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(asked).toBe(2);
    });

    it('says reset when the server does not know a position that it handed out itself', async () => {
      server.onWatch = (watch) => {
        if (watch.request.afterPosition === 'start') watch.fail(refuse('INVALID_REQUEST'));
        else watch.send(heartbeat(server.watches.length === 1 ? 'start' : 'start-of-new-log'));
      };
      const { seen } = collect(connect().watch());
      await until('the stream is open', () => seen.length === 1);
      stream(0).end();
      await until('it has started anew', () => seen.length === 2);
      expect(kinds(seen)).toEqual(['heartbeat start', 'reset start-of-new-log']);
    });

    it('cancels its call on break', async () => {
      for await (const event of connect().watch()) {
        expect(event.kind).toBe('heartbeat');
        break;
      }
      await until('the call is cancelled', () => stream(0).isCancelled());
    });

    it('cancels its call on return() while it waits', async () => {
      const watch = connect().watch();
      await watch.next();
      const waiting = watch.next();
      await watch.return!();
      expect(await waiting).toEqual({ done: true, value: undefined });
      await until('the call is cancelled', () => stream(0).isCancelled());
    });

    it('ends when the client is closed, also while it waits for a token that does not come', async () => {
      let asked = 0;
      const client = connect({ token: () => ((asked += 1), new Promise(() => undefined)) });
      const { done } = collect(client.watch());
      await until('the token is asked for', () => asked === 1);
      client.close();
      await expect(done).resolves.toBeUndefined();
    });

    it('ends, without an error, when the client is closed', async () => {
      const client = connect();
      const { seen, done } = collect(client.watch());
      await until('the stream is open', () => seen.length === 1);
      client.close();
      await expect(done).resolves.toBeUndefined();
    });
  });

  describe('of the cache', () => {
    async function watching(client: KeywardClient): Promise<void> {
      await client.lookup(WEB);
      await until('the watch is alive', () => client.stats().watching);
      await client.lookup(WEB);
      server.calls.length = 0;
    }

    it('drops an answer at the moment of its change and asks at least as fresh', async () => {
      const client = connect();
      await watching(client);
      server.answer = () => foundAnswer('new', { position: 'p2' });
      stream(0).send(change('p1'));
      await until('the change is known', () => events.some(({ kind }) => kind === 'change'));
      expect(client.cached(WEB)).toBeUndefined();
      const lookup = await client.lookup(WEB);
      expect(lookup.outcome === 'found' && lookup.key.secret.reveal()).toBe('new');
      expect(server.calls.map(({ consistency }) => consistency?.atLeastAsFresh)).toEqual(['p1']);
    });

    it('keeps what an answer on its way from before a change brings from coming back', async () => {
      const client = connect();
      await watching(client);
      let release: () => void = () => undefined;
      server.answer = ({ projectId }) =>
        new Promise((resolve) => (release = () => resolve(foundAnswer(`old ${projectId}`))));
      const lookup = client.lookup({ ...WEB, projectId: 'app' });
      await until('it is asked for', () => server.calls.length === 1);
      stream(0).send(change('p1', ''));
      await until('the change is known', () => events.some(({ kind }) => kind === 'change'));
      server.answer = () => foundAnswer('new');
      release();
      const found = await lookup;
      expect(found.outcome === 'found' && found.key.secret.reveal()).toBe('new');
      expect(server.calls.map(({ consistency }) => consistency?.atLeastAsFresh)).toEqual(['start', 'p1']);
    });

    it('keeps leased answers while it is down, and drops all on a reset', async () => {
      server.onWatch = (watch) => {
        if (server.watches.length === 1) watch.send(heartbeat('start'));
      };
      const client = connect();
      await watching(client);
      stream(0).end();
      await until('it is known to be down', () => !client.stats().watching);
      expect(client.cached(WEB)).toBeDefined();
      await until('it is opened again', () => server.watches.length === 2);
      stream(1).send({ changesThrough: 'now', reset: {} });
      await until('the reset is known', () => events.some(({ kind }) => kind === 'reset'));
      expect(client.cached(WEB)).toBeUndefined();
      await client.lookup(WEB);
      expect(server.calls.map(({ consistency }) => consistency?.atLeastAsFresh)).toEqual(['now']);
      const told = events.map(({ kind }) => kind).filter((kind) => kind !== 'call');
      expect(told).toEqual(['connected', 'disconnected', 'connected', 'reset']);
    });

    it('is reported when it is refused, and lookups go on', async () => {
      server.onWatch = (watch) => watch.fail(refuse('FORBIDDEN'));
      const client = connect();
      await client.lookup(WEB);
      await until('the refusal is told', () => events.some(({ kind }) => kind === 'watch_refused'));
      expect(await client.lookup(WEB)).toMatchObject({ outcome: 'found' });
      expect(client.stats()).toMatchObject({ watching: false });
    });

    it('opens no stream for a client without a cache, or one that is told not to', async () => {
      await connect({ cache: false }).lookup(WEB);
      await connect({ watch: false }).lookup(WEB);
      const narrowed = connect({ watch: { projectIds: ['web'] } });
      await watching(narrowed);
      expect(server.watches.map(({ request }) => request.projectIds)).toEqual([['web']]);
    });

    it('is not disturbed by a listener that throws', async () => {
      const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const client = connect({
        onEvent: () => {
          throw new Error('broken listener');
        },
      });
      await watching(client);
      stream(0).send(change('p1'));
      await until('the answer is dropped', () => client.cached(WEB) === undefined);
      const warnings = warn.mock.calls.length;
      warn.mockRestore();
      expect(warnings).toBe(1);
    });
  });
});
