import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of the bench in a process of its own, so that it has its own processor core like in production. */
export interface Child {
  readonly pid: number;
  /** Asks for one of what the program serves by {@link serveParent}; one question at a time. */
  ask<T>(name: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
}

type Answer = { readonly value: unknown } | { readonly error: string };

const LOADER = fileURLToPath(new URL('../../../scripts/run-typescript.mjs', import.meta.url));

/** @param file a TypeScript file, relative to test/bench */
export async function startChild(file: string, nodeOptions: readonly string[] = []): Promise<Child> {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const child = fork(path, { execArgv: ['--import', LOADER, ...nodeOptions], serialization: 'advanced' });
  await nextMessage(child, file); // It says that it serves.
  return {
    pid: child.pid!,
    async ask<T>(name: string, argument?: unknown): Promise<T> {
      child.send({ name, argument });
      const answer = (await nextMessage(child, file)) as Answer;
      if ('error' in answer) throw new Error(`${file}, ${name}: ${answer.error}`);
      return answer.value as T;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** In the child: answers what the parent asks for by name. Ends with the parent. */
export function serveParent(handlers: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', (message: { readonly name: string; readonly argument: never }) => {
    void answer(handlers[message.name]!, message.argument).then((answered) => process.send!(answered));
  });
  process.on('disconnect', () => process.exit());
  process.send!('ready');
}

async function answer(handler: (argument: never) => unknown, argument: never): Promise<Answer> {
  try {
    return { value: await handler(argument) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]: unknown[]) => message),
      once(child, 'exit', { signal }).then(([code]: unknown[]) => {
        throw new Error(`${file} ended with exit code ${String(code)}`);
      }),
    ]);
  } finally {
    waiting.abort();
  }
}
