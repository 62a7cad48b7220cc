import { ROLLOUT_STREAM, organizationStream, projectStream, slotStream } from '@keyward/domain';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { evolveRecord } from './evolve-record.js';
import { readProjectedEvent } from './projected-event.js';

/** The stream that a record folds. */
export function streamOf(key: RecordKey): string {
  switch (key.kind) {
    case 'organization':
      return organizationStream(key.organizationId);
    case 'project':
      return projectStream(key.organizationId, key.projectId);
    case 'rollout':
      return ROLLOUT_STREAM;
    case 'slot':
      return slotStream(key.address);
  }
}

export interface FoldStep {
  readonly recorded: RecordedEvent;
  /** After that event; a slot without its sealed bytes. */
  readonly record: ReadModelRecord;
}

/** The record after each event of its stream, up to the first that is not the next one. @throws ProjectionError */
export async function* foldStream(
  events: Pick<EventStore, 'readStream'>,
  key: RecordKey,
): AsyncGenerator<FoldStep, void, undefined> {
  let record: ReadModelRecord | undefined;
  let next = 0n;
  for await (const recorded of events.readStream(streamOf(key))) {
    const projected = readProjectedEvent(recorded);
    if (projected?.kind !== 'evolves' || recorded.revision !== next) return;
    record = evolveRecord(key, record, projected.event, next++);
    yield { recorded, record };
  }
}
