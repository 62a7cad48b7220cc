import { Logger } from '@nestjs/common';
import { backoffDelay, type BackoffLimits } from './backoff.js';

/** `waiting`: the task ended and is going to be started again. */
export type LoopState = 'running' | 'waiting' | 'stopped';

/** What a task gets besides its signal. */
export interface LoopHandle {
  /** Reports that work got done: the next restart comes quickly again. Cheap enough for every batch. */
  progress(): void;
}

/**
 * Work that goes on for as long as the process does. It has to stop soon after the signal aborts.
 * Returning early or throwing both mean "start me again".
 */
export type LoopTask = (signal: AbortSignal, loop: LoopHandle) => Promise<void>;

export interface LoopStatus {
  readonly name: string;
  readonly state: LoopState;
  /** Starts after the first. */
  readonly restarts: number;
  /** Ends in a row without {@link LoopHandle.progress} in between. */
  readonly failuresInARow: number;
  /** Name and code of the last error; never its message, which may hold anything. */
  readonly lastError: string | undefined;
}

export interface LoopEnvironment {
  readonly backoff: BackoffLimits;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onRestart: (name: string) => void;
}

/** One task under supervision; made by {@link Supervisor.run}. */
export class SupervisedLoop {
  private readonly logger: Logger;
  private readonly abort = new AbortController();
  private readonly done: Promise<void>;
  private state: LoopState = 'running';
  private restarts = 0;
  private failures = 0;
  private lastError: string | undefined;

  constructor(
    readonly name: string,
    private readonly task: LoopTask,
    private readonly environment: LoopEnvironment,
  ) {
    this.logger = new Logger(`loop:${name}`);
    this.done = this.supervise();
  }

  status(): LoopStatus {
    const { name, state, restarts, failures, lastError } = this;
    return { name, state, restarts, failuresInARow: failures, lastError };
  }

  /** Aborts the task and waits until it has ended. Safe to call again. */
  stop(): Promise<void> {
    this.abort.abort();
    return this.done;
  }

  private async supervise(): Promise<void> {
    const { signal } = this.abort;
    // Not in the constructor's own tick: the caller holds the loop before the task runs.
    await Promise.resolve();
    while (!signal.aborted) {
      await this.runOnce(signal);
      if (signal.aborted) break;
      await this.waitBeforeRestart(signal);
    }
    this.state = 'stopped';
  }

  private async runOnce(signal: AbortSignal): Promise<void> {
    this.state = 'running';
    try {
      await this.task(signal, { progress: () => (this.failures = 0) });
      if (!signal.aborted) this.logger.warn('The task ended by itself; it is started again');
    } catch (error) {
      // An aborted task throws its own abort; that is the stop we asked for.
      if (signal.aborted) return;
      this.lastError = nameOf(error);
      this.logger.error('The task failed; it is started again', error);
    }
  }

  private async waitBeforeRestart(signal: AbortSignal): Promise<void> {
    this.failures += 1;
    this.state = 'waiting';
    const { backoff, random, sleep } = this.environment;
    await sleep(backoffDelay(this.failures, backoff, random()), signal);
    if (signal.aborted) return;
    this.restarts += 1;
    this.environment.onRestart(this.name);
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' || typeof code === 'number' ? `${error.name} ${code}` : error.name;
}
