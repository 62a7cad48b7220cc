// A server process with a folder of its own on a free port, ended together with whoever started it.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('guard.mjs', import.meta.url));
const MAX_OUTPUT = 10_000;

export function temporaryFolder(name) {
  return mkdtempSync(join(tmpdir(), `keyward-${name}-`));
}

/**
 * @param name what it is called in errors
 * @param folder where it runs; removed when it has ended
 * @param command program and arguments
 * @param healthy asked again and again until it does not throw
 */
export async function startServer({ name, folder, command, healthy, timeoutMs = 60_000 }) {
  const guard = spawn(process.execPath, [GUARD, folder, ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise((resolve) => guard.once('close', resolve));
  const output = [];
  const pid = new Promise((resolve) => guard.stdout.once('data', (chunk) => resolve(parseInt(chunk, 10))));
  for (const stream of [guard.stdout, guard.stderr]) stream.on('data', (chunk) => keep(output, chunk));
  let ended = false;
  void exited.then(() => (ended = true));
  const stop = async () => {
    guard.stdin.end();
    await exited;
  };
  try {
    await untilHealthy({ healthy, timeoutMs, hasEnded: () => ended });
  } catch (error) {
    await stop();
    throw new Error(`${name} ${error.message}:\n${output.join('')}`, { cause: error });
  }
  return { pid: await pid, stop, exited, output: () => output.join('') };
}

async function untilHealthy({ healthy, timeoutMs, hasEnded }) {
  const limit = performance.now() + timeoutMs;
  for (;;) {
    if (hasEnded()) throw new Error('ended at its start');
    try {
      return await healthy();
    } catch (error) {
      if (performance.now() > limit)
        throw new Error(`did not become healthy in ${timeoutMs / 1000} s (${error.message})`, {
          cause: error,
        });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Ports that were free a moment ago. All are held until the last is known, so that they differ. */
export async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; i++) {
    const server = createServer();
    await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function keep(output, chunk) {
  output.push(chunk.toString());
  while (output.length > 1 && output.reduce((sum, { length }) => sum + length, 0) > MAX_OUTPUT)
    output.shift();
}
