import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type { EventFilter, EventStore } from '@keyward/event-store';

/**
 * After which position the last `count` events that pass the filter begin. Reads the log backwards,
 * so that its length does not matter.
 */
export async function findStart(store: EventStore, filter: EventFilter, count: number): Promise<LogPosition> {
  if (!Number.isFinite(count)) return START_OF_LOG;
  let seen = 0;
  for await (const { position } of store.readAll({ direction: 'backwards', filter, maxCount: count + 1 })) {
    if (++seen > count) return position;
  }
  return START_OF_LOG;
}
