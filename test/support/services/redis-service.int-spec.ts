// @needs redis
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { startRedis } from '../../../scripts/services/redis.mjs';

const SCRIPT = `
  import { startRedis } from './scripts/services/redis.mjs';
  const { pid, port } = await startRedis();
  console.log(JSON.stringify({ pid, port }));
  setInterval(() => undefined, 1_000);
`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function reply(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
}

describe('Redis for tests', () => {
  it('is there for the whole run, by its address', async () => {
    const { port } = new URL(process.env['KEYWARD_TEST_REDIS_URL']!);
    expect(await reply(Number(port), 'PING')).toMatch(/^[+-]/);
  });

  it('is given to a test alone too, with the settings it asks for and a folder that goes with it', async () => {
    const own = await startRedis({ maxmemory: '3mb' });
    expect(await reply(own.port, 'CONFIG GET maxmemory')).toContain(String(3 * 1024 * 1024));
    const folder = /\/\S+keyward-redis-\w+/.exec(await reply(own.port, 'CONFIG GET dir'))![0];
    expect(existsSync(folder)).toBe(true);
    await own.stop();
    expect(isAlive(own.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('ends also when it is frozen', async () => {
    const own = await startRedis();
    process.kill(own.pid, 'SIGSTOP');
    await own.stop();
    expect(isAlive(own.pid)).toBe(false);
  });

  it('ends with the process that started it, also by kill -9', async () => {
    const starter = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const { pid } = JSON.parse(line.toString()) as { pid: number };
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });

  it('says what the server said when it does not start', async () => {
    await expect(startRedis({ maxmemory: 'much' })).rejects.toThrow(/maxmemory/);
  });
});
