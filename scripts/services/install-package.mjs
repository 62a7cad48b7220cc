// A package of the operating system, for a machine that may install one.
import { spawn } from 'node:child_process';
import { programOnPath } from './program-on-path.mjs';

/**
 * Through apt-get as root; the package's own background service is not started.
 * @throws Error saying what to install by hand
 */
export async function installPackage(name, progress) {
  const byHand = `install ${name} (Debian, Ubuntu: apt-get install ${name}; macOS: brew install ${name.replace('-server', '')})`;
  if (process.getuid?.() !== 0) throw new Error(`${byHand}, or run as root where there is apt-get`);
  if (!programOnPath('apt-get')) throw new Error(byHand);
  const output = [];
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', name]]) {
    progress(`apt-get ${args.join(' ')}`);
    if ((await run('apt-get', args, output)) !== 0)
      throw new Error(`apt-get ${args[0]} failed, so ${byHand}:\n${output.join('').slice(-2_000)}`);
  }
}

function run(command, args, output) {
  return new Promise((resolve) => {
    // RUNLEVEL=1 is how Debian's scripts are told that no service is wanted now (invoke-rc.d(8)).
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => output.push(chunk.toString()));
    child.on('error', (error) => {
      output.push(error.message);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
