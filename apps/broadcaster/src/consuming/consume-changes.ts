import type { ChangeLogReader, KeyChange } from '@keyward/change-log';
import { START_OF_LOG, comparePositions } from '@keyward/contracts';
import type { WatchHub } from '../watching/watch-hub.js';

export interface ConsumeObserver {
  /** A change was read; perhaps not for the first time. */
  received(change: KeyChange): void;
  /** A change was handed to the watchers; `occurredAt` is the change's. */
  published(occurredAt: string): void;
  /** The change log was read on. */
  progress(): void;
}

/**
 * Change log -> hub, until the signal aborts. Throws when the change log is out of reach; called
 * again, it reads from the oldest change kept, and the hub drops what it has.
 */
export async function consumeChanges(
  reader: ChangeLogReader,
  hub: WatchHub,
  observer: ConsumeObserver,
  signal: AbortSignal,
): Promise<void> {
  let begun = false;
  for await (const message of reader.read(signal)) {
    if (!begun) await closeGap(reader, hub);
    begun = true;
    if (message.kind === 'changes') publish(message.changes, hub, observer);
    else if (message.kind === 'missed') hub.gap(message.position);
    else hub.progress(message.position, message.caughtUp);
    observer.progress();
  }
}

function publish(changes: readonly KeyChange[], hub: WatchHub, observer: ConsumeObserver): void {
  for (const change of changes) {
    observer.received(change);
    if (hub.publish(change)) observer.published(change.occurredAt);
  }
}

/** Asked once reading has begun: what is dropped later is dropped behind the reader. */
async function closeGap(reader: ChangeLogReader, hub: WatchHub): Promise<void> {
  const missingTo = (await reader.truncatedBefore()) ?? START_OF_LOG;
  if (comparePositions(missingTo, hub.window.watermark) > 0) hub.gap(missingTo);
}
