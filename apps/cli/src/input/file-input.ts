import { open, stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { CliEnvironment } from '../cli-environment.js';
import { usageError, type CliError } from '../errors/cli-error.js';

/** A file, or standard input, that is read once. */
export class FileInput {
  private read = 0;

  constructor(
    private readonly stream: Readable,
    /** In bytes; undefined where nobody knows it. */
    private readonly size: number | undefined,
  ) {}

  async *bytes(): AsyncGenerator<Buffer> {
    for await (const chunk of this.stream as AsyncIterable<Buffer>) {
      this.read += chunk.length;
      yield chunk;
    }
  }

  /** How much of it has been read: `, 45 %`; empty where nobody knows. */
  share(): string {
    return this.size ? `, ${Math.floor((100 * this.read) / this.size)} %` : '';
  }

  /** Also where it was not read to its end. */
  close(): void {
    this.stream.destroy();
  }
}

/**
 * @param name the argument or option that names the file, for the error.
 * @param path `-` is standard input.
 * @throws CliError when it cannot be opened.
 */
export async function openInput(
  name: string,
  path: string,
  { stdin, interrupted }: Pick<CliEnvironment, 'stdin' | 'interrupted'>,
): Promise<FileInput> {
  if (path === '-') return new FileInput(addAbortSignal(interrupted, stdin), undefined);
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    const stream = (await open(path)).createReadStream();
    return new FileInput(addAbortSignal(interrupted, stream), stats.isFile() ? stats.size : undefined);
  } catch (error) {
    throw unreadable(name, error as NodeJS.ErrnoException);
  }
}

export function unreadable(name: string, { code = 'unknown error' }: NodeJS.ErrnoException): CliError {
  return usageError(`The file of ${name} cannot be read (${code}).`);
}
