import { PassThrough, Readable, Writable } from 'node:stream';
import type { CliEnvironment } from '../cli-environment.js';
import { CliError } from '../errors/cli-error.js';

/** Remembers what is written to it. */
export class RecordedOutput extends Writable {
  text = '';

  constructor(
    readonly isTTY = false,
    readonly columns?: number,
  ) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.text += chunk.toString();
        done();
      },
    });
  }
}

export interface FakeEnvironment extends CliEnvironment {
  readonly stdout: RecordedOutput;
  readonly stderr: RecordedOutput;
}

/** A process without a terminal, a token or a Keyward on this machine; standard input holds `input`. */
export function fakeEnvironment(parts: Partial<FakeEnvironment> & { readonly input?: Buffer | string } = {}) {
  const { input = '', ...rest } = parts;
  const environment: FakeEnvironment = {
    env: { KEYWARD_URL: 'https://keyward.example' },
    stdin: Readable.from([Buffer.from(input)]),
    stdout: new RecordedOutput(),
    stderr: new RecordedOutput(),
    promptSecret: () => Promise.reject(new Error('Nothing should have been asked')),
    interrupted: new AbortController().signal,
    userName: 'alice',
    ...rest,
  };
  return environment;
}

/** A terminal's keyboard: what is written to it is what is typed. */
export class Keyboard extends PassThrough {
  readonly isTTY = true;
  /** Whether the terminal leaves echo and Ctrl-D to the program. */
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }
}

/** The CliError that the work ends with. */
export async function failureOf(work: () => unknown): Promise<CliError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('It did not fail');
}
