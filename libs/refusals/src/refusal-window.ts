import { Tally, type Counted, type RefusedRequest } from './tally.js';

/** Told apart in one organization and one window; the rest is counted together. */
export const MOST_OF_AN_ORGANIZATION = 50;
/** Told apart in all organizations together: some megabytes. */
export const MOST_OF_ALL = 20_000;
export const MOST_ORGANIZATIONS = 10_000;

/** What was refused since the last time that it was taken. What it holds has a limit, whatever is sent and for however long. */
export class RefusalWindow {
  private tallies = new Map<string, Tally>();
  private entries = 0;

  /** Answers whether it was counted: not when there are too many organizations. */
  note(organizationId: string, request: RefusedRequest, now: Date): boolean {
    const tally = this.tallies.get(organizationId) ?? this.begin(organizationId);
    if (!tally) return false;
    const { size } = tally;
    const isFull = size >= MOST_OF_AN_ORGANIZATION || this.entries >= MOST_OF_ALL;
    tally.add({ request, count: 1, first: now, last: now }, isFull);
    this.entries += tally.size - size;
    return true;
  }

  /** By organization. From here on it counts anew. */
  take(): ReadonlyMap<string, readonly Counted[]> {
    const { tallies } = this;
    this.tallies = new Map();
    this.entries = 0;
    return new Map([...tallies].map(([organizationId, tally]) => [organizationId, tally.all]));
  }

  private begin(organizationId: string): Tally | undefined {
    if (this.tallies.size >= MOST_ORGANIZATIONS) return undefined;
    const tally = new Tally();
    this.tallies.set(organizationId, tally);
    return tally;
  }
}
