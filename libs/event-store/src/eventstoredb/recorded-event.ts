import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { LogPosition } from '@keyward/contracts';
import type { EventFilter, JsonObject, RecordedEvent } from '../event-store.port.js';

/** Holds the one event that names the log; see {@link nameStore}. Not shown to readers, not to be written. */
export const STORE_STREAM = 'keyward-store';

export type ClientEvent = ResolvedEvent | AllStreamResolvedEvent;

/** Where in $all it lies. Links are not followed, so there is an event, and it is the event's own place. */
export function positionOf({ event }: ClientEvent): LogPosition {
  return event!.position!;
}

/**
 * The event as the port gives it; undefined for what is not Keyward's: EventStoreDB's own streams and events begin
 * with `$` (a tombstone lies in the stream it deleted), and nothing of ours is other than a JSON object.
 */
export function toRecordedEvent({ event }: ClientEvent): RecordedEvent | undefined {
  if (!event?.position || !isJsonObject(event.data) || isBookkeeping(event)) return undefined;
  const { id, type, data, streamId: stream, revision, position, created: recordedAt } = event;
  const metadata = isJsonObject(event.metadata) ? event.metadata : {};
  return { id, type, data, metadata, stream, revision, position, recordedAt };
}

function isBookkeeping({ type, streamId }: { readonly type: string; readonly streamId: string }): boolean {
  return type.startsWith('$') || streamId.startsWith('$') || streamId === STORE_STREAM;
}

export function passes(filter: EventFilter | undefined, event: RecordedEvent): boolean {
  const { streamPrefixes, eventTypes } = filter ?? {};
  if (streamPrefixes && !streamPrefixes.some((prefix) => event.stream.startsWith(prefix))) return false;
  return !eventTypes || eventTypes.includes(event.type);
}

function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
