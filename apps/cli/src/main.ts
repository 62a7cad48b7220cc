import { userInfo } from 'node:os';
import { promptOnTerminal } from './input/terminal-prompt.js';
import { runCli } from './run-cli.js';

const { stdin, stdout, stderr } = process;
const interrupt = new AbortController();

// The first Ctrl-C ends what is going on in order; the second finds no listener and ends the process.
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// So does a reader that has seen enough: `keyward watch acme | head -1`.
stdout.on('error', () => interrupt.abort());

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin,
  stdout,
  stderr,
  promptSecret: (question, signal) =>
    // Where standard output is redirected or piped on, the question must neither get lost nor into the answer.
    promptOnTerminal(question, {
      input: stdin,
      output: stderr.isTTY || !stdout.isTTY ? stderr : stdout,
      signal,
    }),
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
