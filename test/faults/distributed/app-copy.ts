import { readinessOf, startAppAlone, type RunningApp } from '../../support/distributed.js';

export const APPS = ['api', 'projector', 'relay', 'lookup', 'broadcaster'] as const;
export type AppName = (typeof APPS)[number];

/** Of apps that have one: for how long they have not been at the head of the log. */
const LAG: Partial<Record<AppName, string>> = {
  projector: 'keyward_projector_behind_seconds',
  relay: 'keyward_relay_behind_seconds',
};

/** One copy of an app that comes back at the same addresses after its death. */
export class AppCopy {
  private running: RunningApp | undefined;
  private readonly outputs: (() => string)[] = [];

  constructor(
    readonly name: AppName,
    private readonly env: Readonly<Record<string, string>>,
    readonly httpPort: number,
    readonly grpcPort: number,
  ) {}

  /** Resolves when it listens; it may not be ready yet. */
  async start(): Promise<void> {
    const running = await startAppAlone(this.name, {
      ...this.env,
      KEYWARD_HTTP_PORT: String(this.httpPort),
      KEYWARD_OPERATIONS_PORT: String(this.httpPort),
      KEYWARD_GRPC_PORT: String(this.grpcPort),
    });
    this.outputs.push(() => running.program.stdout() + running.program.stderr());
    this.running = running;
  }

  async kill9(): Promise<void> {
    await this.running?.kill9();
    this.running = undefined;
  }

  /** SIGSTOP: it holds what it has in hand, and answers nothing. */
  freeze(): void {
    this.running?.program.signal('SIGSTOP');
  }

  thaw(): void {
    this.running?.program.signal('SIGCONT');
  }

  /** What it has printed in all its lives. */
  output(): string {
    return this.outputs.map((output) => output()).join('');
  }

  /** Why it is not at work, or not at the head of the log; undefined when it is. */
  async problem(): Promise<string | undefined> {
    if (!this.running) return `${this.name} is not running`;
    try {
      const { ready, report } = await readinessOf(this.running);
      if (!ready) return `${this.name} is not ready: ${report}`;
      const lag = LAG[this.name];
      const behind = lag === undefined ? 0 : await this.metric(lag);
      return behind > 0 ? `${this.name} has been behind for ${behind} s` : undefined;
    } catch (error) {
      return `${this.name} does not answer (${String(error)}); it said last: ${this.output().slice(-2_000)}`;
    }
  }

  /** The present value of a metric, named with its labels; 0 while there is none. */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`${this.running!.operationsUrl}/metrics`);
    const line = (await answer.text()).split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length) ?? 0);
  }
}
