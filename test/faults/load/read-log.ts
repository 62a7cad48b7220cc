import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStoredEvent, type KeySlotEvent } from '@keyward/domain';
import { openEventStore, type RecordedEvent } from '@keyward/event-store';
import { LogView, type LoggedChange } from '../checker/log-view.js';

export interface ReadLog {
  readonly storeId: string;
  readonly log: LogView;
  /** Of every event, in order. */
  readonly streams: readonly string[];
  /** Ids of the keys whose sealed bytes are in the log. */
  readonly sealedKeyIds: ReadonlySet<string>;
}

const SEALED = 'keyMaterial-';

/** The log of a data folder whose process has ended, opened where it lies. */
export async function readLog(dataDir: string): Promise<ReadLog> {
  const store = await openEventStore(`sqlite:${join(dataDir, 'keyward.db')}`);
  try {
    const changes: LoggedChange[] = [];
    const streams: string[] = [];
    const sealedKeyIds = new Set<string>();
    let head = 0;
    for await (const event of store.readAll()) {
      head = Number(event.position.commit);
      streams.push(event.stream);
      if (event.stream.startsWith(SEALED)) sealedKeyIds.add(event.stream.slice(SEALED.length));
      if (isOfSlot(event)) changes.push({ place: head, event: readStoredEvent(event) as KeySlotEvent });
    }
    return { storeId: store.storeId, log: new LogView(changes, head), streams, sealedKeyIds };
  } finally {
    await store.close();
  }
}

/**
 * The same after a kill, from a copy: opening it where it lies would clean up what the next start has
 * to find as the dead process left it.
 */
export async function readLogOfDead(dataDir: string): Promise<ReadLog> {
  const copy = mkdtempSync(join(tmpdir(), 'keyward-log-'));
  try {
    for (const file of ['keyward.db', 'keyward.db-wal']) {
      if (existsSync(join(dataDir, file))) cpSync(join(dataDir, file), join(copy, file));
    }
    return await readLog(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function isOfSlot({ stream }: RecordedEvent): boolean {
  return stream.startsWith('orgKey-') || stream.startsWith('projectKey-');
}
