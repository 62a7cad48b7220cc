import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = 'dist/apps/standalone/src/main.js';
const CLI = 'bin/keyward.mjs';
const START_LIMIT_MS = 60_000;

/** A running Keyward, as an outsider has it: two addresses and what it prints. */
export interface RunningKeyward {
  readonly httpUrl: string;
  readonly grpcTarget: string;
  /** With which the `keyward` command finds it. */
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly output: () => string;
  /** SIGTERM, or another signal that asks it to end; resolves to the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Resolves once it has printed that. */
  prints(text: string): Promise<void>;
  kill9(): Promise<void>;
}

/** A data folder of its own, removed by `dispose`. */
export function temporaryDataDir(): { readonly path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'keyward-e2e-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the built standalone on free ports; resolves when it says that it is ready. */
export async function startKeyward(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningKeyward> {
  const child = launch(dataDir, env);
  const lines: string[] = [];
  const address = new Promise<{ httpUrl: string; grpcTarget: string }>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      const found = /HTTP API (\S+),.*gRPC ([^\s"]+)/.exec(line);
      if (found) resolve({ httpUrl: found[1]!, grpcTarget: found[2]! });
    });
    child.once('exit', () => reject(new Error(`Keyward ended before it listened:\n${lines.join('\n')}`)));
  });
  child.stderr!.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const { httpUrl, grpcTarget } = await address;
  await untilReady(httpUrl);
  return {
    httpUrl,
    grpcTarget,
    env: { KEYWARD_URL: httpUrl, KEYWARD_GRPC: grpcTarget, KEYWARD_DATA_DIR: dataDir },
    pid: child.pid!,
    output: () => lines.join('\n'),
    stop: (signal = 'SIGTERM') => end(child, signal),
    prints: async (text) => {
      while (!lines.some((line) => line.includes(text))) {
        if (child.exitCode !== null) throw new Error(`Keyward ended without printing "${text}"`);
        await sleep(5);
      }
    },
    kill9: async () => void (await end(child, 'SIGKILL')),
  };
}

/** Starts it and kills it, after so many milliseconds, wherever its start has got to by then. */
export async function killInStart(
  dataDir: string,
  afterMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = launch(dataDir, env);
  await sleep(afterMs);
  await end(child, 'SIGKILL');
}

/**
 * Runs it until it ends by itself, which is what a start that is refused does.
 * @param under - a command that runs it, such as one that takes rights away
 */
export async function runUntilExit(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  under: readonly string[] = [],
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = launch(dataDir, env, under);
  let output = '';
  let errors = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
}

/** A token as `keyward token` prints it. */
export function token(dataDir: string, ...grants: readonly string[]): string {
  const args = [CLI, 'token', '--data', dataDir, '--ttl', '1h', ...grants];
  return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function launch(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): ChildProcess {
  const [command, ...args] = [...under, process.execPath, MAIN];
  return spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      KEYWARD_DATA_DIR: dataDir,
      KEYWARD_HTTP_PORT: '0',
      KEYWARD_GRPC_PORT: '0',
      ...env,
    },
  });
}

async function untilReady(httpUrl: string): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (
    !(await fetch(`${httpUrl}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > limit) throw new Error('Keyward did not become ready');
    await sleep(50);
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await ended)[0];
}
