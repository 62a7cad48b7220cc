import type { CliEnvironment } from '../cli-environment.js';
import { interruptedError, usageError } from '../errors/cli-error.js';

/** Above what Keyward takes, so that its own rule is what one is told; far below what would fill the memory. */
const MOST_BYTES = 64 * 1024;

/**
 * The key: typed at a hidden prompt on a terminal, else the whole of standard input without the one
 * line break at its end, which `echo` and editors put there.
 * @throws CliError that never holds what was read.
 */
export async function readSecret(environment: CliEnvironment, question: string): Promise<string> {
  const { stdin, promptSecret, interrupted } = environment;
  const secret = stdin.isTTY ? await promptSecret(question, interrupted) : await readAll(environment);
  if (secret === '') {
    throw usageError(
      'No key was given.',
      'Type it at the prompt, or send it to standard input: keyward key set ... < file',
    );
  }
  return secret;
}

async function readAll({ stdin, interrupted }: CliEnvironment): Promise<string> {
  const bytes = await collect(stdin, interrupted);
  try {
    // A byte order mark is kept, for the server to refuse: a key is used byte for byte.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.replace(/\r?\n$/, '');
  } catch {
    throw usageError('Standard input is no UTF-8 text, so it cannot be a key.');
  } finally {
    bytes.fill(0);
  }
}

async function collect(stdin: CliEnvironment['stdin'], interrupted: AbortSignal): Promise<Buffer> {
  const stop = (): void => void stdin.destroy(interruptedError());
  interrupted.addEventListener('abort', stop, { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
      const bytes = Buffer.from(chunk as Buffer);
      chunks.push(bytes);
      size += bytes.length;
      if (size > MOST_BYTES) throw usageError('Standard input is too long to be a key.');
    }
    return Buffer.concat(chunks);
  } finally {
    interrupted.removeEventListener('abort', stop);
    for (const chunk of chunks) chunk.fill(0);
  }
}
