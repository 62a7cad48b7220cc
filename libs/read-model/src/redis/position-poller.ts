import { setTimeout as delay } from 'node:timers/promises';
import type { LogPosition } from '@keyward/contracts';
import { PositionWaiters } from '../position-waiters.js';
import type { ReadModelStatus } from '../read-model.port.js';

const EVERY_MS = 3;

/** Asks for the position as long as somebody waits for one: once for all who wait, however many. */
export class PositionPoller {
  private readonly waiters = new PositionWaiters();
  private running = false;
  private closed = false;

  constructor(private readonly status: () => Promise<ReadModelStatus>) {}

  async waitFor(position: LogPosition, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiting = this.waiters.wait(position, signal);
    void this.poll();
    return waiting;
  }

  close(): void {
    this.closed = true;
  }

  private async poll(): Promise<void> {
    if (this.running) return;
    this.running = true;
    while (this.waiters.size > 0 && !this.closed) {
      try {
        this.waiters.moveTo((await this.status()).position);
      } catch {
        // Out of reach for now: those who wait have their own limit.
      }
      await delay(EVERY_MS);
    }
    this.running = false;
  }
}
