import {
  EventStoreError,
  MemoryEventStore,
  type AppendResult,
  type StreamAppend,
} from '@keyward/event-store';

/** A log whose replies get lost: what was asked is done, and nobody hears of it. */
export class LossyEventStore extends MemoryEventStore {
  /** How many of the next appends lose their reply after the commit. */
  repliesToLose = 0;
  /** How many of the next appends never arrive, and nobody knows. */
  requestsToLose = 0;
  /** How many of the next appends are refused at once. */
  refusals = 0;
  /** How many are refused once a reply was lost. */
  refusalsAfterLoss = 0;
  appends = 0;
  /** Id of the last event of each append that was asked for. */
  readonly askedFor: string[] = [];

  override async appendAll(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]> {
    this.appends += 1;
    this.askedFor.push(...appends.slice(-1).flatMap(({ events }) => events.slice(-1).map(({ id }) => id)));
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new EventStoreError('UNAVAILABLE', 'the log is away');
    }
    if (this.requestsToLose > 0) {
      this.requestsToLose -= 1;
      throw new EventStoreError('UNKNOWN_OUTCOME', 'the request was lost');
    }
    const results = await super.appendAll(appends);
    if (this.repliesToLose > 0) {
      this.repliesToLose -= 1;
      this.refusals = this.refusalsAfterLoss;
      throw new EventStoreError('UNKNOWN_OUTCOME', 'the reply was lost');
    }
    return results;
  }

  async typesIn(stream: string): Promise<string[]> {
    const types: string[] = [];
    for await (const { type } of this.readStream(stream)) types.push(type);
    return types;
  }
}
