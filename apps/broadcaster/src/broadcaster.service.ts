import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import type { ChangeLogReader } from '@keyward/change-log';
import type { Clock, HealthRegistry, LoopHandle, SupervisedLoop, Supervisor } from '@keyward/runtime';
import type { BroadcasterMetrics } from './broadcaster.metrics.js';
import { consumeChanges } from './consuming/consume-changes.js';
import type { WatchHub } from './watching/watch-hub.js';

export interface BroadcasterParts {
  readonly reader: ChangeLogReader;
  readonly hub: WatchHub;
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly health: HealthRegistry;
  readonly metrics: BroadcasterMetrics;
}

/** Feeds the hub for as long as the process lives. */
export class BroadcasterService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private loop: SupervisedLoop | undefined;
  private unregister: (() => void) | undefined;
  private lastReadMs: number;

  constructor(private readonly parts: BroadcasterParts) {
    this.lastReadMs = parts.clock.monotonicMs();
  }

  onApplicationBootstrap(): void {
    const { supervisor, health, hub, metrics, clock } = this.parts;
    metrics.observe(
      () => hub.size,
      () => (clock.monotonicMs() - this.lastReadMs) / 1_000,
    );
    this.unregister = health.ready('broadcaster', () =>
      hub.ready ? undefined : 'has not read the change log up to its end yet',
    );
    this.loop = supervisor.run('broadcaster', (signal, handle) => this.run(signal, handle), {
      neededForReadiness: true,
    });
  }

  /** Before the servers close: they would wait for the watches. */
  beforeApplicationShutdown(): void {
    this.parts.hub.close();
  }

  async onApplicationShutdown(): Promise<void> {
    this.unregister?.();
    await this.loop?.stop();
  }

  private run(signal: AbortSignal, handle: LoopHandle): Promise<void> {
    const { reader, hub, clock, metrics } = this.parts;
    const observer = {
      published: (occurredAt: string) => metrics.published(clock.now().getTime() - Date.parse(occurredAt)),
      progress: () => {
        this.lastReadMs = clock.monotonicMs();
        handle.progress();
      },
    };
    return consumeChanges(reader, hub, observer, signal);
  }
}
