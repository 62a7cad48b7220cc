import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePosition, encodePosition } from '@keyward/contracts';
import { readStoredEvent, type KeySlotEvent } from '@keyward/domain';
import { openEventStore, type EventStore, type RecordedEvent } from '@keyward/event-store';
import type { SeenCheckpoint } from '../checker/check-cuts.js';
import { LogView, type LoggedChange, type Place } from '../checker/log-view.js';

export interface ReadLog {
  readonly storeId: string;
  readonly log: LogView;
  /** Of every event, in order. */
  readonly streams: readonly string[];
  /** Ids of the keys whose sealed bytes are in the log. */
  readonly sealedKeyIds: ReadonlySet<string>;
  /** Where the relay of a change log outside the process goes on. */
  readonly relayCheckpoint: SeenCheckpoint | undefined;
}

const SEALED = 'keyMaterial-';

/** The log that a URL names, as of now. */
export async function readLogAt(url: string): Promise<ReadLog> {
  const store = await openEventStore(url);
  try {
    const changes: LoggedChange[] = [];
    const streams: string[] = [];
    const sealedKeyIds = new Set<string>();
    let relayCheckpoint: SeenCheckpoint | undefined;
    let head = 0;
    for await (const event of store.readAll()) {
      head = Number(event.position.commit);
      streams.push(event.stream);
      if (event.stream.startsWith(SEALED)) sealedKeyIds.add(event.stream.slice(SEALED.length));
      if (event.stream.startsWith('relayCheckpoint-')) relayCheckpoint = checkpointOf(store, event);
      if (isOfSlot(event)) changes.push(changeOf(store, event));
    }
    const log = new LogView(changes, head);
    return { storeId: store.storeId, log, streams, sealedKeyIds, relayCheckpoint };
  } finally {
    await store.close();
  }
}

/** The log of a data folder whose process has ended, opened where it lies. */
export function readLog(dataDir: string): Promise<ReadLog> {
  return readLogAt(`sqlite:${join(dataDir, 'keyward.db')}`);
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

function changeOf({ storeId }: EventStore, event: RecordedEvent): LoggedChange {
  const { id, position } = event;
  return {
    id,
    place: Number(position.commit),
    position: encodePosition(storeId, position),
    event: readStoredEvent(event) as KeySlotEvent,
  };
}

function checkpointOf({ storeId }: EventStore, { data }: RecordedEvent): SeenCheckpoint {
  const { start, cuts } = data as {
    start: { after: string };
    cuts: { position: string; offsets: number[] }[];
  };
  const placeOf = (position: string): Place => Number(decodePosition(storeId, position).commit);
  return {
    after: placeOf(start.after),
    cuts: cuts.map(({ position, offsets }) => ({ place: placeOf(position), offsets })),
  };
}
