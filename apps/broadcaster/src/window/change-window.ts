import type { KeyChange } from '@keyward/change-log';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { SlotPasts } from './slot-pasts.js';
import { WindowEntry } from './window-entry.js';

export interface ChangeWindowOptions {
  /** How many changes are kept. */
  readonly capacity: number;
  /** Whether changes arrive in log order over all slots, repeats apart. */
  readonly inLogOrder: boolean;
}

const ENTRIES_WITH_MESSAGES = 64;

/**
 * The last changes, shared by all watchers: each of them is a place in it. Repeats are dropped
 * here, so every watcher sees a slot's changes in log order.
 */
export class ChangeWindow {
  readonly pasts = new SlotPasts();
  private readonly capacity: number;
  private readonly inLogOrder: boolean;
  private ring: WindowEntry[] = [];
  private nextPlace = 0;
  private oldestPlace = 0;
  /** Places before this one hold nothing from beyond the watermark. */
  private beyondFrom = 0;
  private missingTo: LogPosition = START_OF_LOG;
  private reached: LogPosition = START_OF_LOG;
  private waiters: { readonly position: LogPosition; readonly resolve: () => void }[] = [];

  constructor({ capacity, inLogOrder }: ChangeWindowOptions) {
    this.capacity = capacity;
    this.inLogOrder = inLogOrder;
  }

  /** The place that the next change will get. */
  get end(): number {
    return this.nextPlace;
  }

  /** Changes up to and with this position may not be in the window. */
  get floor(): LogPosition {
    return this.missingTo;
  }

  /** Every change up to and with this position has come. */
  get watermark(): LogPosition {
    return this.reached;
  }

  /** Undefined when it is no longer, or not yet, in the window. */
  at(place: number): WindowEntry | undefined {
    return place >= this.oldestPlace && place < this.nextPlace ? this.ring[place % this.capacity] : undefined;
  }

  /** Null when the change is a repeat. */
  add(change: KeyChange): WindowEntry | null {
    if (this.isRepeat(change)) return null;
    if (this.inLogOrder) this.advance(change.position);
    const entry = new WindowEntry(this.nextPlace, change, this.reached);
    this.dropOldest();
    this.ring[entry.place % this.capacity] = entry;
    this.nextPlace++;
    this.at(entry.place - ENTRIES_WITH_MESSAGES)?.dropMessages();
    this.pasts.add(change);
    return entry;
  }

  /** Every change up to here has come. */
  advance(position: LogPosition): void {
    if (comparePositions(position, this.reached) <= 0) return;
    this.reached = position;
    const waiters = this.waiters;
    this.waiters = waiters.filter((waiter) => comparePositions(waiter.position, position) > 0);
    for (const waiter of waiters) if (comparePositions(waiter.position, position) <= 0) waiter.resolve();
  }

  /** Resolves once the watermark is at or past the position, or when the signal aborts. */
  async reaches(position: LogPosition, signal: AbortSignal): Promise<void> {
    if (signal.aborted || comparePositions(this.reached, position) >= 0) return;
    await new Promise<void>((resolve) => {
      const waiter = { position, resolve: () => done() };
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.waiters = this.waiters.filter((other) => other !== waiter);
        resolve();
      };
      this.waiters.push(waiter);
      signal.addEventListener('abort', done);
    });
  }

  /** The first place whose change may be after the position. */
  firstAfter(position: LogPosition): number {
    if (!this.inLogOrder)
      return comparePositions(position, this.reached) < 0 ? this.oldestPlace : this.firstBeyondWatermark();
    let low = this.oldestPlace;
    let high = this.nextPlace;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePositions(this.at(middle)!.change.position, position) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Changes up to `floor` may have been missed. What has come from beyond it stays. */
  restart(floor: LogPosition): void {
    if (comparePositions(floor, this.missingTo) > 0) this.missingTo = floor;
    this.pasts.forgetTo(floor);
    this.advance(floor);
  }

  /** Looks at each place once, however often it is asked. */
  private firstBeyondWatermark(): number {
    let place = Math.max(this.beyondFrom, this.oldestPlace);
    while (place < this.nextPlace && comparePositions(this.at(place)!.change.position, this.reached) <= 0)
      place++;
    return (this.beyondFrom = place);
  }

  private isRepeat({ position, organizationId, projectId, integrationId }: KeyChange): boolean {
    const last = this.inLogOrder
      ? this.reached
      : this.pasts.lastPosition({ organizationId, projectId, integrationId });
    return last !== undefined && comparePositions(position, last) <= 0;
  }

  private dropOldest(): void {
    if (this.nextPlace - this.oldestPlace < this.capacity) return;
    const { position } = this.at(this.oldestPlace)!.change;
    if (comparePositions(position, this.missingTo) > 0) this.missingTo = position;
    this.oldestPlace++;
  }
}
