import { userInfo } from 'node:os';
import { promptOnTerminal } from './input/terminal-prompt.js';
import { runCli } from './run-cli.js';

const interrupt = new AbortController();

// The first Ctrl-C ends what is going on in order; the second finds no listener and ends the process.
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());

// `keyward integrations | head` closes our output early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  promptSecret: promptOnTerminal,
  interrupted: interrupt.signal,
  userName: userName(),
});

/** A user without an entry in the system's list, as in some containers, has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
