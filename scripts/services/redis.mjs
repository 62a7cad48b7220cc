// Redis for the tests: an own server process from the operating system's package.
import { connect } from 'node:net';
import { installPackage } from './install-package.mjs';
import { freePorts, startServer, temporaryFolder } from './guarded-server.mjs';
import { programOnPath } from './program-on-path.mjs';

const BINARY = 'redis-server';

/** One of the services in services.mjs. */
export const redisService = {
  name: 'redis',
  title: 'Redis',
  url: 'KEYWARD_TEST_REDIS_URL',
  instead: 'the address of a running one',
  /** @throws Error with a sentence that says what to install */
  async prepare(progress) {
    if (programOnPath(BINARY)) return;
    await installPackage('redis-server', progress);
    if (!programOnPath(BINARY)) throw new Error('the package redis-server brought no program of that name');
  },
  async start() {
    const server = await startRedis();
    return { url: server.url, stop: server.stop };
  },
};

/**
 * Starts a Redis with nothing in it that writes nothing to disk.
 * @param options further `redis.conf` lines, as `{ maxmemory: '3mb' }`; `port` to use a certain one
 */
export async function startRedis(options = {}) {
  const command = programOnPath(BINARY);
  if (!command)
    throw new Error('redis-server is not on the path: run the tests with `npm test`, which installs it');
  const port = options.port ?? (await freePorts(1))[0];
  const folder = temporaryFolder('redis');
  const settings = {
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    daemonize: 'no',
    dir: folder,
    ...options,
    port,
  };
  const server = await startServer({
    name: 'Redis',
    folder,
    command: [command, ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)])],
    healthy: () => ping(port),
  });
  return { ...server, port, url: `redis://127.0.0.1:${port}` };
}

/** Any reply will do: a server that wants a password is healthy too. */
function ping(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy(new Error('no reply')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
  });
}
