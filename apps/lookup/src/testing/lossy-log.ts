import { randomUUID } from 'node:crypto';
import {
  EventStoreError,
  MemoryEventStore,
  type AppendResult,
  type StreamAppend,
} from '@keyward/event-store';

export type LogFault = 'away' | 'request lost' | 'reply lost';

/** A log that fails the next appends as it is told. */
export class LossyLog extends MemoryEventStore {
  readonly next: (LogFault | undefined)[] = [];

  override async append(append: StreamAppend): Promise<AppendResult> {
    const fault = this.next.shift();
    if (fault === 'away') throw new EventStoreError('UNAVAILABLE', 'the log is away');
    if (fault === 'request lost') throw new EventStoreError('UNKNOWN_OUTCOME', 'the request was lost');
    const result = await super.append(append);
    if (fault === 'reply lost') throw new EventStoreError('UNKNOWN_OUTCOME', 'the reply was lost');
    return result;
  }

  /** What another process hands out in the same organization, and it is nothing. */
  async appendAnother(stream: string): Promise<void> {
    const event = { id: randomUUID(), type: 'KeysHandedOut', data: { handOuts: [] }, metadata: {} };
    await super.append({ stream, expectedRevision: 'any', events: [event] });
  }
}
