import type { ReadModel, StalenessMonitor } from '@keyward/read-model';
import type { HealthRegistry } from '@keyward/runtime';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

/** Ready when the read model is there; a stale one is shown but takes no process out of service: all would go at once. */
export class LookupHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  #unregister: readonly (() => void)[] = [];

  constructor(
    private readonly registry: HealthRegistry,
    private readonly readModel: ReadModel,
    private readonly monitor: StalenessMonitor,
  ) {}

  onApplicationBootstrap(): void {
    this.#unregister = [
      this.registry.ready('lookup', () => this.#missing()),
      this.registry.ready('lookup-freshness', () => this.#staleness(), { required: false }),
    ];
  }

  onApplicationShutdown(): void {
    for (const unregister of this.#unregister) unregister();
  }

  async #missing(): Promise<string | undefined> {
    const { ok } = await this.readModel.health();
    if (!ok) return 'cannot reach the read model';
    const { ready } = await this.readModel.status();
    return ready ? undefined : 'waits for the read model to be built';
  }

  async #staleness(): Promise<string | undefined> {
    const { heartbeat } = await this.readModel.status();
    return this.monitor.isStale(heartbeat)
      ? 'has a read model that may be older than the staleness bound'
      : undefined;
  }
}
