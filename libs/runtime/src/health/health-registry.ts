import type { Clock } from '../ports/clock.port.js';

/**
 * Answers undefined when all is well, else what is missing, as the end of "<part> ...": a sentence
 * that may be shown to anybody. One that throws is reported by its error's name alone.
 */
export type HealthCheck = () => string | undefined | Promise<string | undefined>;

export interface CheckOptions {
  /** Milliseconds after which the check counts as failed. @defaultValue 1000 */
  readonly timeoutMs?: number;
  /** A failed check that is not required shows in the report but does not fail it. @defaultValue true */
  readonly required?: boolean;
}

export interface PartReport {
  readonly part: string;
  readonly ok: boolean;
  readonly required: boolean;
  readonly problem?: string;
  /** How long the check took. */
  readonly milliseconds: number;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly parts: readonly PartReport[];
}

/** `live`: should this process be restarted? `ready`: should it get requests? */
export type HealthKind = 'live' | 'ready';

interface Registered {
  readonly part: string;
  readonly check: HealthCheck;
  readonly timeoutMs: number;
  readonly required: boolean;
}

/** Where the parts of a process say how to tell whether they work. */
export class HealthRegistry {
  private readonly checks: Record<HealthKind, Map<string, Registered>> = {
    live: new Map(),
    ready: new Map(),
  };
  private readonly running: Partial<Record<HealthKind, Promise<HealthReport>>> = {};
  private draining = false;

  constructor(private readonly clock: Clock) {}

  /** Registers a liveness check; the answer takes it away again. Only for what a restart would mend. */
  live(part: string, check: HealthCheck, options: CheckOptions = {}): () => void {
    return this.register('live', part, check, options);
  }

  /** Registers a readiness check; the answer takes it away again. */
  ready(part: string, check: HealthCheck, options: CheckOptions = {}): () => void {
    return this.register('ready', part, check, options);
  }

  /** From now on not ready, whatever the parts say: the process is about to stop. */
  drain(): void {
    this.draining = true;
  }

  /** Runs all checks side by side. Calls at the same time share one run, so that a flood of probes costs little. */
  report(kind: HealthKind): Promise<HealthReport> {
    const running = (this.running[kind] ??= this.runChecks(kind).finally(() => delete this.running[kind]));
    return running;
  }

  private register(kind: HealthKind, part: string, check: HealthCheck, options: CheckOptions): () => void {
    const checks = this.checks[kind];
    if (checks.has(part))
      throw new Error(`A ${kind} check named ${part} exists already: give each its own name`);
    const entry = { part, check, timeoutMs: options.timeoutMs ?? 1000, required: options.required ?? true };
    checks.set(part, entry);
    return () => {
      if (checks.get(part) === entry) checks.delete(part);
    };
  }

  private async runChecks(kind: HealthKind): Promise<HealthReport> {
    const parts = await Promise.all([...this.checks[kind].values()].map((entry) => this.runCheck(entry)));
    if (kind === 'ready' && this.draining) {
      parts.push({
        part: 'process',
        ok: false,
        required: true,
        problem: 'is shutting down',
        milliseconds: 0,
      });
    }
    return { ok: parts.every((part) => part.ok || !part.required), parts };
  }

  private async runCheck({ part, check, timeoutMs, required }: Registered): Promise<PartReport> {
    const start = this.clock.monotonicMs();
    const problem = await withTimeout(check, timeoutMs);
    const milliseconds = Math.round(this.clock.monotonicMs() - start);
    return {
      part,
      ok: problem === undefined,
      required,
      milliseconds,
      ...(problem === undefined ? {} : { problem }),
    };
  }
}

function withTimeout(check: HealthCheck, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`did not answer within ${timeoutMs} ms`), timeoutMs);
    const finish = (problem: string | undefined): void => {
      clearTimeout(timer);
      resolve(problem);
    };
    void answerOf(check).then(finish);
  });
}

async function answerOf(check: HealthCheck): Promise<string | undefined> {
  try {
    return await check();
  } catch (error) {
    return `could not be checked (${error instanceof Error ? error.name : typeof error})`;
  }
}
