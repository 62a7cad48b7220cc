import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import { ReadModelLostError, type ReadModelWriter } from '@keyward/read-model';

export interface HeartbeatOptions {
  readonly events: Pick<EventStore, 'head'>;
  readonly writer: Pick<ReadModelWriter, 'heartbeat'>;
  readonly everyMs: number;
  /** The log or the read model was out of reach: there is no beat, which is what readers go by. */
  readonly onMiss: () => void;
  /** The read model is no longer what was written; where nothing is appended, only the beat finds out. */
  readonly onLost: (error: ReadModelLostError) => void;
}

/**
 * Beats only on proof: the head of the log is asked, and the beat is given once everything up to
 * there is applied. So a batch that is stuck or a subscription that fell silent stops the beat,
 * while a log that never stands still does not.
 */
export class Heartbeat {
  private applied = START_OF_LOG;
  /** The head as last asked, until it is reached. */
  private target: LogPosition | undefined;
  private timer: NodeJS.Timeout | undefined;
  private asking = false;

  constructor(private readonly options: HeartbeatOptions) {}

  /** Begins to beat, the first time now. */
  start(): void {
    if (this.timer) return;
    this.timer = setInterval(() => void this.tick(), this.options.everyMs);
    void this.tick();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Everything up to `position` is in the read model. */
  async reached(position: LogPosition): Promise<void> {
    this.applied = position;
    await this.beatIfReached();
  }

  private async tick(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      this.target ??= await this.options.events.head();
      await this.beatIfReached();
    } catch (error) {
      this.options.onMiss();
      if (error instanceof ReadModelLostError) this.options.onLost(error);
    } finally {
      this.asking = false;
    }
  }

  private async beatIfReached(): Promise<void> {
    const { target, applied } = this;
    if (!this.timer || target === undefined || comparePositions(applied, target) < 0) return;
    this.target = undefined;
    await this.options.writer.heartbeat(applied);
  }
}
