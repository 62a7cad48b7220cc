import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import { HEARTBEAT_AGE_MS, ReadModelLostError, type ReadModelWriter } from '@keyward/read-model';

export interface HeartbeatOptions {
  readonly events: Pick<EventStore, 'head'>;
  readonly writer: Pick<ReadModelWriter, 'heartbeat'>;
  readonly everyMs: number;
  /** The log or the read model was out of reach, or refused: there is no beat, which is what readers go by. */
  readonly onMiss: (error: unknown) => void;
  /** The read model is no longer what was written; where nothing is appended, only the beat finds out. */
  readonly onLost: (error: ReadModelLostError) => void;
}

/** Where the log ended at a time, of the monotonic clock: before the asking, as it may be that old. */
interface Head {
  readonly position: LogPosition;
  readonly askedAt: number;
}

/**
 * Beats only on proof: the head of the log is asked, and the beat is given once everything up to
 * there is applied. So a batch that is stuck or a subscription that fell silent stops the beat,
 * while a log that never stands still does not. Where it takes so long that the answer has
 * grown old there is no beat: readers count its time from when it was given.
 */
export class Heartbeat {
  private applied = START_OF_LOG;
  /** Not reached yet, oldest first. */
  private heads: Head[] = [];
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
    const askedAt = performance.now();
    try {
      const position = await this.options.events.head();
      this.heads.push({ position, askedAt });
      await this.beatIfReached();
    } catch (error) {
      this.options.onMiss(error);
      if (error instanceof ReadModelLostError) this.options.onLost(error);
    } finally {
      this.asking = false;
    }
  }

  private async beatIfReached(): Promise<void> {
    const oldest = performance.now() - HEARTBEAT_AGE_MS;
    const heads = this.heads.filter(({ askedAt }) => askedAt >= oldest);
    this.heads = heads.filter(({ position }) => comparePositions(this.applied, position) < 0);
    if (this.timer && this.heads.length < heads.length) await this.options.writer.heartbeat(this.applied);
  }
}
