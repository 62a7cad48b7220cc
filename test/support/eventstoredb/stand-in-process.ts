import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A stand-in in a process of its own, on a file. */
export interface StandInProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it takes connections and answers nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
}

/** Starts it on the built libraries; resolves when it listens. From the folder of the project, as tests run. */
export async function startStandInProcess(file: string, port = 0): Promise<StandInProcess> {
  const main = 'test/support/eventstoredb/main.ts';
  const args = ['--import', './scripts/run-typescript.mjs', main, file, String(port)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(line.replace(/^listening /, '')));
    void exited.then(() => reject(new Error(`the stand-in ended before it listened: ${errors}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid!,
    exited,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}
