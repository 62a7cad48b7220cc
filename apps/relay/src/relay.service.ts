import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeLogWriter } from '@keyward/change-log';
import { EventStore } from '@keyward/event-store';
import { Supervisor, Tracing, type LoopHandle, type SupervisedLoop } from '@keyward/runtime';
import { RelayLag } from './relay-lag.js';
import { relay, type RelayObserver } from './relaying/relay.js';

/** Runs the relay for as long as the process lives. */
@Injectable()
export class RelayService implements OnApplicationBootstrap, OnApplicationShutdown {
  private loop: SupervisedLoop | undefined;

  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  constructor(
    private readonly store: EventStore,
    private readonly changeLog: ChangeLogWriter,
    private readonly supervisor: Supervisor,
    private readonly lag: RelayLag,
    private readonly tracing: Tracing,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.supervisor.run('relay', (signal, handle) => this.run(signal, handle), {
      neededForReadiness: true,
    });
  }

  /** After this the change log holds everything up to its checkpoint, and nothing is appended any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  private async run(signal: AbortSignal, handle: LoopHandle): Promise<void> {
    const observer: RelayObserver = {
      standsBy: () => {
        this.lag.standBy();
        handle.progress();
      },
      relayed: (count) => {
        this.lag.relayed(count);
        handle.progress();
      },
      reached: (_position, caughtUp) => {
        if (caughtUp) this.lag.catchUp();
      },
    };
    try {
      const { store, changeLog, tracing } = this;
      await relay({ store, changeLog, observer, tracing }, signal);
    } catch (error) {
      this.lag.failed(error);
      throw error;
    } finally {
      this.lag.fallBehind();
    }
  }
}
