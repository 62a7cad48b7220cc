import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ChangeLogReader, type KeyChange } from '@keyward/change-log';
import { Supervisor, type LoopHandle, type SupervisedLoop } from '@keyward/runtime';
import { BroadcasterObservation } from './broadcaster-observation.js';
import { consumeChanges } from './consuming/consume-changes.js';
import { WatchHub } from './watching/watch-hub.js';

/** Feeds the hub for as long as the process lives. */
@Injectable()
export class BroadcasterService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private loop: SupervisedLoop | undefined;

  constructor(
    private readonly reader: ChangeLogReader,
    private readonly hub: WatchHub,
    private readonly supervisor: Supervisor,
    private readonly observation: BroadcasterObservation,
  ) {}

  onApplicationBootstrap(): void {
    this.observation.show(this.hub);
    this.loop = this.supervisor.run('broadcaster', (signal, handle) => this.run(signal, handle), {
      neededForReadiness: true,
    });
  }

  /** Before the servers close: they would wait for the watches. */
  beforeApplicationShutdown(): void {
    this.hub.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  private run(signal: AbortSignal, handle: LoopHandle): Promise<void> {
    const observer = {
      received: (change: KeyChange) => this.observation.received(change),
      published: (occurredAt: string) => this.observation.published(occurredAt),
      progress: () => {
        this.observation.progress();
        handle.progress();
      },
    };
    return consumeChanges(this.reader, this.hub, observer, signal);
  }
}
