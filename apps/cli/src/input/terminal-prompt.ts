import { createInterface, type Key } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import { interruptedError, usageError } from '../errors/cli-error.js';

export interface PromptTerminal {
  readonly input: Readable;
  /** Where the question goes. */
  readonly output: Writable;
  /** Leaves the prompt. */
  readonly signal: AbortSignal;
}

/** Asks a terminal to say where a paste begins and ends. */
const MARK_PASTES = '\u001b[?2004h';
const DO_NOT_MARK_PASTES = '\u001b[?2004l';

/**
 * Asks on the terminal; nothing of what is typed is shown, not even its length.
 * @throws CliError when it is left (Ctrl-C, Ctrl-D) or when more than one line was pasted.
 */
export async function promptOnTerminal(question: string, terminal: PromptTerminal): Promise<string> {
  const { input, output, signal } = terminal;
  // First the terminal's echo goes off: whoever pastes at the sight of the question must not see the key.
  const answer = readHidden(input, signal);
  output.write(`${MARK_PASTES}${question} `);
  try {
    const lines = await answer;
    if (lines.length === 0) throw interruptedError();
    if (lines.length === 1) return lines[0]!;
    throw usageError('More than one line was typed or pasted.', 'A key is one line: copy the key alone.');
  } finally {
    output.write(`${DO_NOT_MARK_PASTES}\n`);
  }
}

/**
 * The line that was entered; none when the prompt was left. A paste is read to its end, and so is
 * what came with the line: the rest of a key must not be left to the shell.
 */
function readHidden(input: Readable, signal: AbortSignal): Promise<string[]> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const readline = createInterface({ input, output: silence, terminal: true, historySize: 0, signal });
  const lines: string[] = [];
  let isPasting = false;
  const finish = (): void => {
    if (lines.length > 0 && !isPasting) setImmediate(() => readline.close());
  };
  const onKey = (_text: string | undefined, { name }: Key): void => {
    if (name !== 'paste-start' && name !== 'paste-end') return;
    isPasting = name === 'paste-start';
    finish();
  };
  input.on('keypress', onKey);
  readline.on('line', (line) => {
    lines.push(line);
    finish();
  });
  return new Promise((resolve) => {
    readline.on('close', () => {
      input.off('keypress', onKey);
      // What follows the last line break is a line too.
      resolve(lines.length > 0 && readline.line !== '' ? [...lines, readline.line] : lines);
    });
  });
}
