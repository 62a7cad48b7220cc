import { sleep } from '@keyward/runtime';
import type { CheckpointOptions } from '../change-log.port.js';
import type { RecordedCheckpoint, RelayCheckpoints } from './relay-checkpoints.js';

const NEVER = new AbortController().signal;

/**
 * Keeps relays from taking over from one that is at work. It saves work only: what makes two relays harmless is the fence of
 * {@link RelayCheckpoints}. Its clock is the waiting relay's own: nothing heard for the time of the lease.
 */
export class RelayLease {
  constructor(
    private readonly relay: string,
    private readonly checkpoints: RelayCheckpoints,
    private readonly leaseMs: number,
  ) {}

  /**
   * Waits until no other relay gives a sign of life.
   * @param beats how many the relay at work has given; any change is one
   * @returns the checkpoint to go on from
   */
  async wait(
    beats: () => Promise<unknown>,
    { signal = NEVER, onStandby }: CheckpointOptions,
  ): Promise<RecordedCheckpoint | null> {
    let heard = '';
    let heardAt = performance.now();
    for (;;) {
      const last = await this.checkpoints.load();
      if (!last || this.isFree(last)) return last;
      const sign = `${last.revision} ${String(await beats())}`;
      if (sign !== heard) heardAt = performance.now();
      else if (performance.now() - heardAt >= this.leaseMs) return last;
      heard = sign;
      onStandby?.();
      await sleep(this.leaseMs / 5, signal);
      signal.throwIfAborted();
    }
  }

  private isFree({ released, relay }: RecordedCheckpoint): boolean {
    return released || relay === this.relay;
  }
}
