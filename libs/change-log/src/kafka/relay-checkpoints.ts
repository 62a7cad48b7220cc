import { randomUUID } from 'node:crypto';
import { decodePosition, encodePosition } from '@keyward/contracts';
import { isEventStoreError, type EventStore, type JsonObject } from '@keyward/event-store';
import { z } from 'zod';
import { ChangeLogError } from '../change-log.errors.js';
import type { RelayStart } from '../change-log.port.js';
import type { Cut } from './cuts.js';

/** What a relay leaves in the event log for whoever relays next. */
export interface RelayCheckpoint {
  /** Which relay wrote it. */
  readonly relay: string;
  /** Whether it has stopped, so that another one need not wait. */
  readonly released: boolean;
  readonly start: RelayStart;
  /** Oldest first; the last one is how far everything has been relayed. */
  readonly cuts: readonly Cut[];
}

export interface RecordedCheckpoint extends RelayCheckpoint {
  readonly revision: bigint;
}

const SCHEMA_VERSION = 1;
const place = z.string().min(1);
const schema = z.object({
  relay: z.string().min(1),
  released: z.boolean(),
  start: z.object({ after: place, head: place }),
  cuts: z.array(z.object({ position: place, offsets: z.array(z.int().nonnegative()) })).min(1),
});

/**
 * The relay's checkpoint as a stream of one event in the event log. Each is appended at the revision of the one before,
 * which is the fence: of two relays that both believe to be the one, the second append is refused.
 */
export class RelayCheckpoints {
  private readonly stream: string;

  constructor(
    private readonly store: EventStore,
    topic: string,
  ) {
    this.stream = `relayCheckpoint-${topic}`;
  }

  async load(): Promise<RecordedCheckpoint | null> {
    for await (const { data, revision } of this.store.readStream(this.stream, {
      direction: 'backwards',
      maxCount: 1,
    })) {
      const { start, cuts, ...rest } = schema.parse(data);
      return {
        ...rest,
        start: { after: this.decode(start.after), head: this.decode(start.head) },
        cuts: cuts.map(({ position, offsets }) => ({ position: this.decode(position), offsets })),
        revision,
      };
    }
    return null;
  }

  /**
   * @param after revision of the checkpoint that this one follows
   * @returns its revision
   * @throws ChangeLogError RELAY_FENCED when another relay has written since
   */
  async save(checkpoint: RelayCheckpoint, after: bigint | 'no_stream'): Promise<bigint> {
    const { relay, released, start, cuts } = checkpoint;
    const data: JsonObject = {
      relay,
      released,
      start: { after: this.encode(start.after), head: this.encode(start.head) },
      cuts: cuts.map(({ position, offsets }) => ({ position: this.encode(position), offsets })),
    };
    const event = {
      id: randomUUID(),
      type: 'RelayCheckpointSaved',
      data,
      metadata: { schemaVersion: SCHEMA_VERSION },
    };
    try {
      if (after === 'no_stream') await this.store.setMaxCount(this.stream, 1);
      return (await this.store.append({ stream: this.stream, expectedRevision: after, events: [event] }))
        .revision;
    } catch (error) {
      if (!isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) throw error;
      throw new ChangeLogError('RELAY_FENCED', 'another relay has taken over', { cause: error });
    }
  }

  private encode(position: Cut['position']): string {
    return encodePosition(this.store.storeId, position);
  }

  private decode(token: string): Cut['position'] {
    return decodePosition(this.store.storeId, token);
  }
}
