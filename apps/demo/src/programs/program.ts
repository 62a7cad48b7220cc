import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../cleanup.js';
import { DemoError } from '../demo-error.js';
import type { Timeline } from './timeline.js';

/** The compiled entry files, seen from this one. */
const MAINS = {
  keyward: '../../../standalone/src/main.js',
  vendor: '../../../worker/src/fake-vendor/main.js',
  worker: '../../../worker/src/main.js',
} as const;

export interface ProgramOptions {
  /** What its lines are from on the timeline. */
  readonly name: string;
  readonly main: keyof typeof MAINS;
  /** Its settings; the demo's own are not handed on. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeline: Timeline;
}

/** A program of Keyward in a process of its own, whose JSON lines go to the timeline. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #isStopping = false;
  #complaint = '';

  constructor(private readonly options: ProgramOptions) {
    const { main, env } = options;
    this.#child = spawn(process.execPath, [fileURLToPath(new URL(MAINS[main], import.meta.url))], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withoutSettings(process.env), KEYWARD_LOG_FORMAT: 'json', ...env },
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#read(line));
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#complaint += chunk.toString()));
    this.#ended = once(this.#child, 'close').then(([code]) => this.#end(code as number | null));
  }

  get name(): string {
    return this.options.name;
  }

  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null> {
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  #read(text: string): void {
    const { name, timeline } = this.options;
    const line = parse(text);
    if (line !== undefined) timeline.add({ from: name, at: Date.parse(String(line['time'])), line });
  }

  #end(code: number | null): number | null {
    const { name, timeline } = this.options;
    if (!this.#isStopping)
      timeline.fail(new DemoError(`${name} ended by itself (exit code ${code}): ${this.#complaint.trim()}`));
    return code;
  }
}

/** Ends it with the demo, which has to be in order. */
export function stopAtTheEnd(program: Program, cleanup: Cleanup): void {
  cleanup.add(async () => {
    const code = await program.stop();
    if (code !== 0) throw new DemoError(`${program.name} did not end in order (exit code ${code}).`);
  });
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('KEYWARD_')));
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
