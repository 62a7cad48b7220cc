/** Where time comes from; injected so that tests decide what time it is. */
export abstract class Clock {
  /** The time of day, for what is shown and stored. It may jump. */
  abstract now(): Date;

  /** Milliseconds from an arbitrary start that never jump back, for measuring durations. */
  abstract monotonicMs(): number;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
