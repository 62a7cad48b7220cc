import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A built program in a process of its own. */
export interface BuiltProgram {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when standard output matches. Fails when the program ends before. */
  prints(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves to the exit code. */
  readonly exit: Promise<number | null>;
}

/** Starts `dist/apps/<app>/src/main.js` with these settings and no others. */
export function startApp(
  app: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): BuiltProgram {
  const child = spawn(process.execPath, [`dist/apps/${app}/src/main.js`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stdout)) return;
          child.stdout.off('data', look);
          resolve();
        };
        child.stdout.on('data', look);
        look();
        void exit.then((code) =>
          reject(new Error(`ended (${code}) before it printed ${pattern}: ${stderr}`)),
        );
      }),
    signal: (name) => child.kill(name),
    exit,
  };
}
