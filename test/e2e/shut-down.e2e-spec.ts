import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { HttpClient } from '../faults/load/http-client.js';
import { readLog } from '../faults/load/read-log.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../support/standalone.js';
import { WatchStream, keyChangesOf } from '../support/watch-stream.js';

const KEY_PATH = '/v1/organizations/acme/integrations/serpapi/key';
const WRITERS = 8;

describe('An orderly end', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let admin: string;
  let worker: string;
  let http: HttpClient;

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    keyward = await startKeyward(data.path, { KEYWARD_RATE_LIMIT_PRINCIPAL: '0', ...env });
    http = new HttpClient(Number(new URL(keyward.httpUrl).port));
  };

  beforeAll(async () => {
    await start();
    const platform = token(data.path, '--subject', 'root', '--platform-admin');
    admin = token(data.path, '--subject', 'alice', '--org', 'acme=admin');
    worker = token(data.path, '--subject', 'worker', '--worker', 'acme');
    const put = (path: string, body: object) => http.must({ method: 'PUT', path, token: platform, body });
    await put('/v1/organizations/acme', { name: 'Acme', plan: 'enterprise' });
    await put('/v1/rollout', { percentage: 100, include: [], exclude: [] });
    await keyward.stop();
  }, 90_000);

  afterEach(async () => {
    http.close();
    await keyward.kill9();
  });
  afterAll(() => data.dispose());

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'after %s under load keeps what was acknowledged, tells the watches, and succeeds',
    async (signal) => {
      await start();
      const channel = keyChangesOf(keyward.grpcTarget);
      const watches = Array.from(
        { length: 5 },
        () => new WatchStream(channel, { organizationId: 'acme' }, worker),
      );
      await Promise.all(watches.map((watch) => watch.opened()));
      const acknowledged: string[] = [];
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; ; n++) {
          const reason = `${signal}-${writer}-${n}`;
          const body = { secret: `serp-${reason}`, reason };
          const { status: answer } = await http.send({ method: 'PUT', path: KEY_PATH, token: admin, body });
          if (answer >= 300) throw new Error(`refused with ${answer}`);
          acknowledged.push(reason);
        }
      };
      const writing = Promise.allSettled(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
      while (acknowledged.length < 20) await sleep(1);
      const began = performance.now();
      expect(await keyward.stop(signal)).toBe(0);
      process.stderr.write(`ended ${Math.round(performance.now() - began)} ms after ${signal}\n`);
      await writing;

      const { log } = await readLog(data.path);
      const reasons = log.changes.map(({ event }) => event.data.reason);
      for (const reason of acknowledged)
        expect(reasons.filter((other) => other === reason)).toEqual([reason]);
      const ends = await Promise.all(watches.map(({ ended }) => ended));
      channel.close();
      const end = {
        code: status.UNAVAILABLE,
        reason: 'UNAVAILABLE',
        details: expect.stringContaining('resume') as string,
      };
      expect(ends).toEqual(watches.map(() => end));
      // What a watch was told before its end is in the log too.
      const told = watches.flatMap(({ messages }) =>
        messages.flatMap(({ change }) => (change ? [change.keyId] : [])),
      );
      const logged = new Set(log.changes.map(({ event }) => event.data.keyId));
      expect(told.filter((keyId) => !logged.has(keyId))).toEqual([]);
    },
    90_000,
  );

  describe('held up by a request that never ends', () => {
    /** Sends the head of a request and not its body: the server waits for it, and so does its end. */
    const hold = async (): Promise<void> => {
      const socket = connect(Number(new URL(keyward.httpUrl).port), '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(
        `PUT ${KEY_PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${admin}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n',
      );
      // The server's "go on": it has taken the request.
      await once(socket, 'data');
    };

    it('is given up after the time for it, and says so', async () => {
      await start({ KEYWARD_SHUTDOWN_TIMEOUT: '1s' });
      await hold();
      expect(await keyward.stop()).toBe(1);
      expect(keyward.output()).toContain('Not stopped in time');
    }, 90_000);

    it.each(['SIGTERM', 'SIGINT'] as const)(
      'is given up at once at a second %s',
      async (second) => {
        await start({ KEYWARD_SHUTDOWN_TIMEOUT: '10m' });
        await hold();
        const ended = keyward.stop();
        await keyward.prints('Stopping');
        await keyward.stop(second);
        expect(await ended).toBe(130);
      },
      90_000,
    );
  });
});
