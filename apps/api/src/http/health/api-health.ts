import { EventStore } from '@keyward/event-store';
import { ReadModel } from '@keyward/read-model';
import { HealthRegistry } from '@keyward/runtime';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** Commands need the log, queries the read model. */
@Injectable()
export class ApiHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  private unregister: readonly (() => void)[] = [];

  constructor(
    private readonly registry: HealthRegistry,
    private readonly events: EventStore,
    private readonly readModel: ReadModel,
  ) {}

  onApplicationBootstrap(): void {
    this.unregister = [
      this.registry.ready('api-event-log', () => this.missingLog()),
      this.registry.ready('api-read-model', () => this.missingReadModel()),
    ];
  }

  onApplicationShutdown(): void {
    for (const unregister of this.unregister) unregister();
  }

  private async missingLog(): Promise<string | undefined> {
    return (await this.events.health()).ok ? undefined : 'cannot reach the event log';
  }

  private async missingReadModel(): Promise<string | undefined> {
    if (!(await this.readModel.health()).ok) return 'cannot reach the read model';
    return (await this.readModel.status()).ready ? undefined : 'waits for the read model to be built';
  }
}
