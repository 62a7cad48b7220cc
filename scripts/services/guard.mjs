// Runs a server for the tests so that it never outlives them: whoever started this holds the other end of its
// standard input, and when that closes, by an orderly stop or by kill -9, the server is ended.
//   node guard.mjs <folder, removed afterwards> <command> [argument ...]
// Prints the server's process id as its first line of output.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const GRACE_MS = 5_000;
const [folder, command, ...args] = process.argv.slice(2);

// In a group of its own: an interrupt at the terminal goes to the tests first, which still need the server.
const server = spawn(command, args, { cwd: folder, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
if (server.pid !== undefined) process.stdout.write(`${server.pid}\n`);

process.stdin.resume();
process.stdin.on('error', stop);
process.stdin.on('close', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
server.on('error', (error) => end(`${command} cannot be started: ${error.code ?? error.message}\n`, 127));
server.on('exit', (code) => end('', code ?? 1));

function stop() {
  server.kill('SIGTERM');
  // A server that is frozen takes no notice of the first one.
  setTimeout(() => server.kill('SIGKILL'), GRACE_MS).unref();
  server.kill('SIGCONT');
}

function end(message, code) {
  rmSync(folder, { recursive: true, force: true });
  if (message) process.stderr.write(message);
  process.exit(code);
}
