import { comparePositions, type LogPosition } from '@keyward/contracts';

interface Waiter {
  readonly position: LogPosition;
  readonly reached: () => void;
}

/** Those who wait for the read model to reach a position. */
export class PositionWaiters {
  private readonly waiters = new Set<Waiter>();

  get size(): number {
    return this.waiters.size;
  }

  wait(position: LogPosition, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const abandon = (): void => {
        this.waiters.delete(waiter);
        reject(signal.reason as Error);
      };
      const reached = (): void => {
        this.waiters.delete(waiter);
        signal.removeEventListener('abort', abandon);
        resolve();
      };
      const waiter = { position, reached };
      this.waiters.add(waiter);
      signal.addEventListener('abort', abandon, { once: true });
    });
  }

  moveTo(position: LogPosition): void {
    for (const waiter of this.waiters) {
      if (comparePositions(waiter.position, position) <= 0) waiter.reached();
    }
  }
}
