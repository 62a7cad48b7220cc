import { NO_STAMP, type CachedAddress, type Stamp } from '../cache/cached-address.js';
import { sameRequirement } from './requirement.js';
import type { Address, Consistency, Lookup } from './lookup.js';

/** One lookup on its way, for one or more callers. */
export class Flight {
  /** What was known when it was sent. */
  stamp: Stamp = NO_STAMP;
  sent = false;
  /** How often it was sent again because something newer became known. */
  repeats = 0;
  /** Set when the server could not make use of the floor that the client had learnt. */
  needsHead = false;
  resolve!: (lookup: Lookup) => void;
  reject!: (error: unknown) => void;
  readonly promise: Promise<Lookup>;

  constructor(
    readonly address: Address,
    readonly cached: CachedAddress,
    readonly asked: Consistency,
    /** Monotonic milliseconds. */
    readonly deadlineAt: number,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /**
   * Whether its answer will be good for somebody who asks now. Not when something newer is known
   * since it was sent; and not when "now" itself is what the answer has to be as fresh as.
   */
  serves(asked: Consistency, current: Stamp): boolean {
    if (this.repeats > 0 || !sameRequirement(this.asked, asked)) return false;
    if (!this.sent) return true;
    return asked.kind !== 'fully_consistent' && this.stamp.seq === current.seq;
  }
}
