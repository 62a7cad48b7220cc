import { randomUUID } from 'node:crypto';
import type { EventStoreErrorCode } from '../event-store.errors.js';
import {
  MAX_EVENT_BYTES,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type JsonObject,
  type RecordedEvent,
} from '../event-store.port.js';

/** A name no other test uses: the log may be shared with other tests and older runs. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

export function anEvent(data: JsonObject = {}, type = 'ThingHappened'): EventToAppend {
  return { id: randomUUID(), type, data, metadata: { schemaVersion: 1 } };
}

/** Events whose `data.number` counts from `first`. */
export function numbered(count: number, first = 0): EventToAppend[] {
  return Array.from({ length: count }, (_, index) => anEvent({ number: first + index }));
}

/** An event that has exactly `bytes` bytes as JSON. */
export function eventOfSize(bytes = MAX_EVENT_BYTES): EventToAppend {
  const empty = anEvent({ filler: '' });
  const overhead = Buffer.byteLength(JSON.stringify(empty.data) + JSON.stringify(empty.metadata));
  return { ...empty, data: { filler: 'x'.repeat(bytes - overhead) } };
}

/** Appends events one by one, each as its own append. */
export async function appendEach(
  store: EventStore,
  stream: string,
  events: readonly EventToAppend[],
  expectedRevision: ExpectedRevision = 'any',
): Promise<void> {
  for (const event of events) await store.append({ stream, expectedRevision, events: [event] });
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

export function numbersOf(events: readonly RecordedEvent[]): unknown[] {
  return events.map((event) => event.data['number']);
}

export function idsOf(events: readonly { readonly id: string }[]): string[] {
  return events.map((event) => event.id);
}

/** Expects a refusal with that code, and answers the error for a closer look. */
export async function expectCode(promise: Promise<unknown>, code: EventStoreErrorCode): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code });
  return error as Error;
}
