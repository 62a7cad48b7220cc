import { inspect } from 'node:util';
import { KeywardUnavailableError } from './client.errors.js';
import type { ClientEvent } from './client-event.js';
import type { KeywardClientOptions } from './client-options.js';
import { createKeywardClient, type KeywardClient } from './keyward-client.js';
import { ScriptedServer, foundAnswer, refuse } from './testing/scripted-server.js';

const WEB = { projectId: 'web', integrationId: 'openai' };
const APP = { projectId: 'app', integrationId: 'openai' };
const CANARY = 'canary-key-0123456789';

describe('Lookups over gRPC', () => {
  let server: ScriptedServer;
  const clients: KeywardClient[] = [];

  function connect(options: Partial<KeywardClientOptions> = {}): KeywardClient {
    const client = createKeywardClient({
      target: server.target,
      token: 'a.b.c',
      organizationId: 'acme',
      tls: 'insecure',
      watch: false,
      deadlineMs: 5_000,
      ...options,
    });
    clients.push(client);
    return client;
  }

  beforeEach(async () => {
    server = await new ScriptedServer().start();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    server.stop();
  });

  it('asks for one address by Lookup, with the token, the organization and the consistency', async () => {
    const lookup = await connect().lookup(WEB);
    expect(server.calls).toEqual([
      {
        method: 'lookup',
        addresses: ['acme/web/openai'],
        consistency: expect.objectContaining({ requirement: 'minimizeLatency' }),
        token: 'Bearer a.b.c',
      },
    ]);
    if (lookup.outcome !== 'found') throw new Error('unreachable');
    expect(lookup.key.secret.reveal()).toBe('secret-of-web');
    expect(lookup).toMatchObject({ position: 'answered-at', stale: false, key: { source: 'project' } });
  });

  it('asks for many addresses by one BatchLookup and gives each caller its own', async () => {
    const client = connect();
    const addresses = Array.from({ length: 64 }, (_, i) => ({ projectId: `p${i}`, integrationId: 'openai' }));
    const lookups = await Promise.all(addresses.map((address) => client.lookup(address)));
    expect(server.calls.map(({ method, addresses: { length } }) => [method, length])).toEqual([
      ['batchLookup', 64],
    ]);
    const secrets = lookups.map((lookup) => (lookup.outcome === 'found' ? lookup.key.secret.reveal() : ''));
    expect(secrets).toEqual(addresses.map(({ projectId }) => `secret-of-${projectId}`));
  });

  it('answers from the cache while the lease runs, and from the server when it is off', async () => {
    const [cached, uncached] = [connect(), connect({ cache: false })];
    await cached.lookup(WEB);
    const first = await cached.lookup(WEB);
    expect(cached.cached(WEB)).toBe(first);
    expect(cached.stats()).toEqual({ hits: 2, misses: 1, entries: 1, watching: false });
    await uncached.lookup(WEB);
    await uncached.lookup(WEB);
    expect(uncached.cached(WEB)).toBeUndefined();
    expect(server.calls).toHaveLength(3);
  });

  it('sends the positions that callers ask for', async () => {
    const client = connect();
    await client.lookup(WEB, { consistency: { kind: 'at_least_as_fresh', position: 'written' } });
    await client.lookup(APP, { consistency: { kind: 'fully_consistent' } });
    expect(server.calls.map(({ consistency }) => consistency?.requirement)).toEqual([
      'atLeastAsFresh',
      'fullyConsistent',
    ]);
    expect(server.calls[0]!.consistency?.atLeastAsFresh).toBe('written');
  });

  it('tells "not configured" from "found", with its reason', async () => {
    server.answer = () => ({ notConfigured: { reason: 'REASON_DISABLED' }, position: 'here' });
    await expect(connect().lookup(WEB)).resolves.toMatchObject({
      outcome: 'not_configured',
      reason: 'disabled',
    });
  });

  it("gives the refusal of one address to its caller only, with the server's code", async () => {
    server.answer = ({ projectId }) => {
      if (projectId === 'app') throw refuse('UNKNOWN_PROJECT');
      return foundAnswer('good');
    };
    const client = connect();
    const [good, bad] = await Promise.allSettled([client.lookup(WEB), client.lookup(APP)]);
    expect(good).toMatchObject({ status: 'fulfilled', value: { outcome: 'found' } });
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { name: 'KeywardClientError', code: 'UNKNOWN_PROJECT' },
    });
    expect((bad as PromiseRejectedResult).reason).not.toBeInstanceOf(KeywardUnavailableError);
  });

  it.each(['FORBIDDEN', 'RATE_LIMITED', 'UNAUTHENTICATED', 'INVALID_REQUEST'] as const)(
    'rejects with %s when the server refuses with it',
    async (code) => {
      server.answer = () => {
        throw refuse(code, { retryAfterSeconds: '7' });
      };
      await expect(connect().lookup(WEB)).rejects.toMatchObject({
        name: 'KeywardClientError',
        code,
        retryAfterSeconds: 7,
      });
      expect(server.calls).toHaveLength(1);
    },
  );

  it.each(['STALE_READ_MODEL', 'INTERNAL'] as const)('takes %s for "no answer"', async (code) => {
    server.answer = () => {
      throw refuse(code);
    };
    await expect(connect().lookup(WEB)).rejects.toMatchObject({ name: 'KeywardUnavailableError', code });
    expect(server.calls).toHaveLength(1);
  });

  it('asks again by itself when the server is unavailable for a moment', async () => {
    server.answer = () => {
      if (server.calls.length < 3) throw refuse('UNAVAILABLE');
      return foundAnswer('back');
    };
    await expect(connect().lookup(WEB)).resolves.toMatchObject({ outcome: 'found' });
    expect(server.calls).toHaveLength(3);
  });

  it('gives up after a few times, and at once when the server wants more time than there is', async () => {
    server.answer = () => {
      throw refuse('UNAVAILABLE');
    };
    await expect(connect().lookup(WEB)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.calls).toHaveLength(3);
    server.answer = () => {
      throw refuse('UNAVAILABLE', { retryAfterSeconds: '60' });
    };
    await expect(connect().lookup(WEB)).rejects.toBeInstanceOf(KeywardUnavailableError);
    expect(server.calls).toHaveLength(4);
  });

  it('is unavailable when nobody listens, and works once somebody does', async () => {
    server.stop();
    const client = connect({ deadlineMs: 300 });
    await expect(client.lookup(WEB)).rejects.toBeInstanceOf(KeywardUnavailableError);
    const port = Number(server.target.split(':')[1]);
    server = await new ScriptedServer().start(port);
    await expect(retried(() => client.lookup(WEB))).resolves.toMatchObject({ outcome: 'found' });
  });

  it('waits no longer than its deadline for a server that does not answer', async () => {
    server.answer = () => new Promise(() => undefined);
    await expect(connect({ deadlineMs: 100 }).lookup(WEB)).rejects.toMatchObject({
      name: 'KeywardUnavailableError',
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('waits no longer than its deadline for a token', async () => {
    const client = connect({ deadlineMs: 50, token: () => new Promise(() => undefined) });
    await expect(client.lookup(WEB)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('is unavailable when token() fails', async () => {
    const client = connect({ token: () => Promise.reject(new Error('the issuer is down')) });
    await expect(client.lookup(WEB)).rejects.toMatchObject({
      name: 'KeywardUnavailableError',
      code: 'TOKEN_UNAVAILABLE',
    });
  });

  it('asks for a new token when the last is refused', async () => {
    let asked = 0;
    server.answer = (_, { token }) => {
      if (token !== 'Bearer token-2') throw refuse('UNAUTHENTICATED');
      return foundAnswer('let in');
    };
    const client = connect({ token: async () => `token-${(asked += 1)}` });
    await expect(client.lookup(WEB)).resolves.toMatchObject({ outcome: 'found' });
    await client.lookup(APP);
    expect(asked).toBe(2);
  });

  it('passes on that an answer may be stale, and does not keep it', async () => {
    server.isStale = true;
    const client = connect();
    await expect(client.lookup(WEB)).resolves.toMatchObject({ stale: true });
    expect(client.cached(WEB)).toBeUndefined();
  });

  it('reports its calls', async () => {
    const events: ClientEvent[] = [];
    const client = connect({ onEvent: (event) => events.push(event) });
    await Promise.all([client.lookup(WEB), client.lookup(APP)]);
    server.answer = () => {
      throw refuse('FORBIDDEN');
    };
    await client.lookup({ ...WEB, integrationId: 'slack' }).catch(() => undefined);
    expect(events).toEqual([
      { kind: 'call', addresses: 2, durationMs: expect.any(Number), code: 'OK' },
      { kind: 'call', addresses: 1, durationMs: expect.any(Number), code: 'FORBIDDEN' },
    ]);
  });

  it('rejects lookups on their way when it is closed', async () => {
    server.answer = () => new Promise(() => undefined);
    const client = connect();
    const lookup = client.lookup(WEB);
    setImmediate(() => client.close());
    await expect(lookup).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(() => client.watch()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
  });

  it('shows neither key nor token wherever it is printed', async () => {
    server.answer = ({ projectId }) => {
      if (projectId === 'app') throw refuse('UNKNOWN_PROJECT');
      return foundAnswer(CANARY);
    };
    const events: ClientEvent[] = [];
    const client = connect({ token: () => 'canary.token.x', onEvent: (event) => events.push(event) });
    const settled = await Promise.allSettled([client.lookup(WEB), client.lookup(APP)]);
    const options = { depth: 20, showHidden: true, getters: true };
    const shown = [client, settled, events, client.stats(), client.cached(WEB)].map(
      (value) => inspect(value, options) + JSON.stringify(value),
    );
    expect(settled[0]).toMatchObject({ status: 'fulfilled' });
    expect(shown.join('\n')).not.toContain('canary');
    expect(shown.join('\n')).not.toContain(Buffer.from(CANARY).toString('hex').slice(0, 16));
  });
});

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
