const SPOKES = 20;
const SHORTEST_TICK_MS = 5;

/**
 * One timer for all heartbeats: each member's turn comes once per turn of the wheel, the members
 * spread over it, so that a thousand heartbeats never hold up a change.
 */
export class HeartbeatWheel<T> {
  private readonly spokes: Set<T>[];
  private readonly spokeOf = new Map<T, Set<T>>();
  private readonly tickMs: number;
  private nextSpoke = 0;
  private nextMember = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param turnMs - time between two heartbeats of one member */
  constructor(turnMs: number) {
    const spokes = Math.max(1, Math.min(SPOKES, Math.floor(turnMs / SHORTEST_TICK_MS)));
    this.tickMs = turnMs / spokes;
    this.spokes = Array.from({ length: spokes }, () => new Set<T>());
  }

  /** @param onTick - called several times per turn, with the members whose turn it is */
  start(onTick: (members: Iterable<T>) => void): void {
    this.timer = setInterval(() => {
      const spoke = this.spokes[this.nextSpoke]!;
      this.nextSpoke = (this.nextSpoke + 1) % this.spokes.length;
      onTick(spoke);
    }, this.tickMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  add(member: T): void {
    const spoke = this.spokes[this.nextMember++ % this.spokes.length]!;
    spoke.add(member);
    this.spokeOf.set(member, spoke);
  }

  remove(member: T): void {
    this.spokeOf.get(member)?.delete(member);
    this.spokeOf.delete(member);
  }
}
