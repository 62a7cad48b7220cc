import { History } from '@keyward/history';
import { HealthRegistry, Supervisor, type SupervisedLoop } from '@keyward/runtime';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** Keeps the history up to date for as long as the process lives. Commands and the other queries do without it. */
@Injectable()
export class HistoryService implements OnApplicationBootstrap, OnApplicationShutdown {
  private loop: SupervisedLoop | undefined;
  private unregister: (() => void) | undefined;

  constructor(
    private readonly history: History,
    private readonly supervisor: Supervisor,
    private readonly health: HealthRegistry,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.supervisor.run('history', (signal, loop) =>
      this.history.follow(signal, () => loop.progress()),
    );
    this.unregister = this.health.ready('history', () => this.history.problem, { required: false });
  }

  async onApplicationShutdown(): Promise<void> {
    this.unregister?.();
    await this.loop?.stop();
  }
}
