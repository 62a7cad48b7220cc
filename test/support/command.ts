import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

const CLI = 'bin/keyward.mjs';

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that was started, and what it has printed so far. */
export class RunningCommand {
  private stdout = '';
  private stderr = '';

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    // It may end without reading its input.
    child.stdin.on('error', () => undefined);
  }

  printed(): string {
    return this.stdout + this.stderr;
  }

  /** The lines of standard output so far, without what stands after the last line break. */
  lines(): string[] {
    return this.stdout.split('\n').slice(0, -1);
  }

  /** Resolves once standard output or error holds the text. */
  async says(text: string): Promise<void> {
    while (!this.printed().includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`It ended without "${text}": ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async ended(): Promise<Ran> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Starts a program; its environment is the path and what is given. */
export function start(program: string, args: readonly string[], env: RunOptions['env'] = {}): RunningCommand {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' });
  return new RunningCommand(child);
}

/** The built `keyward` against one Keyward. Arguments stand in one text, with blanks between. */
export class CommandLine {
  private readonly started: RunningCommand[] = [];

  constructor(readonly env: Readonly<Record<string, string>>) {}

  start(args: string, env: RunOptions['env'] = {}): RunningCommand {
    const running = start(process.execPath, [CLI, ...args.split(' ')], { ...this.env, ...env });
    this.started.push(running);
    return running;
  }

  /** All that was ever printed, to be scanned for what must not be there. */
  printed(): string {
    return this.started.map((running) => running.printed()).join('');
  }

  /** Runs to the end. */
  async run(args: string, { input = '', env = {} }: RunOptions = {}): Promise<Ran> {
    const running = this.start(args, env);
    running.child.stdin.end(input);
    return running.ended();
  }

  /** What people see of a command that goes well. */
  async text(args: string, options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  /** What programs get of a command that goes well. */
  async json(args: string, options: RunOptions = {}): Promise<Record<string, unknown>> {
    return JSON.parse(await this.text(`${args} --json`, options)) as Record<string, unknown>;
  }
}

/** What programs are told of a command that failed. */
export function errorIn({ stderr }: Ran): Record<string, unknown> {
  const last = stderr.trim().split('\n').at(-1)!;
  return (JSON.parse(last) as Record<'error', Record<string, unknown>>).error;
}

/** A shell in which `keyward` is the built one; a pipe fails with its first failure. */
export function bash(script: string, env: RunOptions['env']): RunningCommand {
  return start(
    'bash',
    ['-c', `set -o pipefail; keyward() { "${process.execPath}" ${CLI} "$@"; }; ${script}`],
    env,
  );
}
