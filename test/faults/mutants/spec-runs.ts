import { spawn, type ChildProcess } from 'node:child_process';

export interface SpecRun {
  readonly outcome: 'passed' | 'failed' | 'did not run';
  /** All that was printed. */
  readonly output: string;
}

const LONGEST_RUN_MS = 5 * 60_000;

/** Runs specs of one tree, one at a time. */
export class SpecRuns {
  private child: ChildProcess | undefined;

  constructor(private readonly root: string) {}

  /** Compiles first, when a source changed: specs may start built programs. */
  async run(spec: string, tests: readonly string[] = []): Promise<SpecRun> {
    const named = tests.length > 0 ? ['-t', tests.map(escaped).join('|')] : [];
    // A mutant may leave something open that would keep Jest from ending.
    const output = await this.node([
      'scripts/test.mjs',
      '--strict',
      `${escaped(spec)}$`,
      ...named,
      '--forceExit',
    ]);
    return { outcome: outcomeOf(output), output };
  }

  stop(): void {
    this.child?.kill();
  }

  private node(args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, { cwd: this.root, stdio: ['ignore', 'pipe', 'pipe'] });
      this.child = child;
      const timer = setTimeout(() => child.kill(), LONGEST_RUN_MS);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      child.on('error', reject);
      child.on('close', () => {
        clearTimeout(timer);
        resolve(output);
      });
    });
  }
}

/** From the closing line of `npm test`. A file that could not be loaded says nothing about what it tests. */
function outcomeOf(output: string): SpecRun['outcome'] {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  if (/Test suite failed to run|did not run/.test(output)) return 'did not run';
  if (Number(failed) > 0) return 'failed';
  return Number(passed) > 0 ? 'passed' : 'did not run';
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
