import { randomUUID } from 'node:crypto';
import { jsonEvent, type EventStoreDBClient, type ResolvedEvent } from '@eventstore/db-client';
import { EventStoreError } from '../event-store.errors.js';
import { isOfType, onLeader, toReadError, toWriteError, unavailable, within } from './client-errors.js';
import { STORE_STREAM } from './recorded-event.js';

const TYPE = 'StoreNamed';

/** The name that Keyward gave this log, in the log itself: EventStoreDB has none that a client could read. */
export interface StoreName {
  readonly storeId: string;
  /** Id of the event that holds it. */
  readonly eventId: string;
}

/** Reads the name, or gives one; of several processes that do so at once one wins, and the others read its. */
export async function nameStore(client: EventStoreDBClient, timeoutMs: number): Promise<StoreName> {
  const late = () => unavailable(`it did not answer within ${timeoutMs} ms`);
  return within(timeoutMs, readOrGive(client, timeoutMs), late).catch((error: unknown) => {
    throw toReadError(error);
  });
}

/**
 * Whether the log can be written now, without writing: the first event is appended again, which the leader can
 * tell only by asking its writer, and answers as a retry.
 *
 * @throws EventStoreError saying what is wrong.
 */
export async function probeWrites(
  client: EventStoreDBClient,
  name: StoreName,
  timeoutMs: number,
): Promise<void> {
  const late = () => unavailable(`it did not answer a write within ${timeoutMs} ms`);
  try {
    await within(
      timeoutMs,
      onLeader(() => write(client, name, timeoutMs)),
      late,
    );
  } catch (error) {
    throw toWriteError(error, STORE_STREAM);
  }
}

async function readOrGive(client: EventStoreDBClient, timeoutMs: number): Promise<StoreName> {
  const there = await read(client);
  if (there) return there;
  const given = { storeId: randomUUID().replaceAll('-', ''), eventId: randomUUID() };
  try {
    await onLeader(() => write(client, given, timeoutMs));
    return given;
  } catch (error) {
    if (!isOfType(error, 'wrong-expected-version')) throw error;
    return (await read(client))!;
  }
}

function write(client: EventStoreDBClient, { storeId, eventId }: StoreName, deadline: number) {
  const event = jsonEvent({ id: eventId, type: TYPE, data: { storeId } });
  return client.appendToStream(STORE_STREAM, event, {
    expectedRevision: 'no_stream',
    requiresLeader: true,
    deadline,
  });
}

async function read(client: EventStoreDBClient): Promise<StoreName | undefined> {
  try {
    for await (const { event } of client.readStream(STORE_STREAM, { maxCount: 1, requiresLeader: true })) {
      return nameIn(event);
    }
    return undefined;
  } catch (error) {
    if (isOfType(error, 'stream-not-found')) return undefined;
    throw error;
  }
}

/** @throws EventStoreError UNAVAILABLE when it is no name. */
function nameIn(event: ResolvedEvent['event']): StoreName {
  const { storeId } = (event?.data ?? {}) as { storeId?: unknown };
  if (event?.type === TYPE && typeof storeId === 'string') return { storeId, eventId: event.id };
  throw new EventStoreError(
    'UNAVAILABLE',
    `the stream ${STORE_STREAM} of this EventStoreDB is not Keyward's: give Keyward a database of its own`,
  );
}
