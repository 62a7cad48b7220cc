import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, type BuiltProgram } from './built-program.js';

const READY_LIMIT_MS = 150_000;

/** One app as a process of its own. */
export interface RunningApp {
  readonly app: string;
  /** Where it answers health and metrics. */
  readonly operationsUrl: string;
  /** `host:port` of its gRPC server, if it has one. */
  readonly grpcTarget: string | undefined;
  readonly program: BuiltProgram;
  /** SIGKILL, and waits until it is gone. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** The process has begun to listen; not that it is ready. */
export async function startAppAlone(app: string, env: Readonly<Record<string, string>>): Promise<RunningApp> {
  const program = startApp(app, {
    KEYWARD_HTTP_PORT: '0',
    KEYWARD_GRPC_PORT: '0',
    KEYWARD_OPERATIONS_PORT: '0',
    KEYWARD_LOG_FORMAT: 'json',
    ...env,
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    program.signal(signal);
    return program.exit;
  };
  await program.prints(/"url":"[^"]+","msg":"Listening"/);
  const hasGrpc = app === 'lookup' || app === 'broadcaster';
  if (hasGrpc) await program.prints(/"grpc":"[^"]+","msg":"Listening"/);
  return {
    app,
    operationsUrl: /"url":"([^"]+)"/.exec(program.stdout())![1]!,
    grpcTarget: /"grpc":"([^"]+)"/.exec(program.stdout())?.[1],
    program,
    kill9: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/** Starts all and waits until all are ready. Where one does not start or become ready, none is left running. */
export async function startApart(
  apps: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningApp[]> {
  const started = await Promise.allSettled(apps.map((app) => startAppAlone(app, env)));
  const running = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  try {
    for (const start of started) if (start.status === 'rejected') throw start.reason;
    await Promise.all(running.map(untilReady));
    return running;
  } catch (error) {
    await Promise.all(running.map((app) => app.kill9()));
    throw error;
  }
}

/** Whether it says that it is ready, and what it says is missing. Fails when it does not answer. */
export async function readinessOf({
  operationsUrl,
}: RunningApp): Promise<{ readonly ready: boolean; readonly report: string }> {
  const answer = await fetch(`${operationsUrl}/health/ready`);
  return { ready: answer.ok, report: await answer.text() };
}

/** Resolves when it says that it is ready; fails with what it says is missing. */
async function untilReady(app: RunningApp): Promise<void> {
  const limit = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const { ready, report } = await readinessOf(app);
    if (ready) return;
    const { stdout, stderr } = app.program;
    if (Date.now() > limit)
      throw new Error(`${app.app} did not become ready: ${report}\n${stdout()}${stderr()}`);
    await sleep(100);
  }
}
