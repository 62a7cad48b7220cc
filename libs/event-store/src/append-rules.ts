import { EventStoreError } from './event-store.errors.js';
import {
  MAX_EVENT_BYTES,
  type EventToAppend,
  type ExpectedRevision,
  type StreamAppend,
} from './event-store.port.js';

/** An event with its JSON made: what adapters send on. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** A {@link StreamAppend} that keeps the rules every adapter shares. */
export interface EncodedAppend {
  readonly stream: string;
  readonly expectedRevision: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// SQLite ends a text at NUL and EventStoreDB rejects other control characters; a lone surrogate has no UTF-8.
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * Checks an append and encodes its events.
 *
 * @throws EventStoreError INVALID_APPEND or EVENT_TOO_LARGE, naming the field and the rule.
 */
export function encodeAppend(append: StreamAppend): EncodedAppend {
  checkStreamName(append.stream);
  checkExpectedRevision(append.expectedRevision);
  if (append.events.length === 0) refuse('events: give at least one event');
  const events = append.events.map(encodeEvent);
  if (new Set(events.map((event) => event.id)).size !== events.length) {
    refuse('events: two events have the same id; give every event its own');
  }
  return { stream: append.stream, expectedRevision: append.expectedRevision, events };
}

/** @throws EventStoreError INVALID_APPEND when no adapter could hold a stream of that name. */
export function checkStreamName(stream: string): void {
  if (stream === '') refuse('stream: give the name of the stream');
  if (UNSTORABLE.test(stream)) refuse('stream: use a name without control characters');
  // EventStoreDB keeps its own streams under `$`.
  if (stream.startsWith('$')) refuse('stream: use a name that does not start with $');
}

/** @throws EventStoreError INVALID_APPEND unless it is a whole number of at least 1. */
export function checkMaxCount(maxCount: number): void {
  if (!Number.isSafeInteger(maxCount) || maxCount < 1) refuse('maxCount: give a whole number of at least 1');
}

function checkExpectedRevision(expected: ExpectedRevision): void {
  if (typeof expected === 'bigint' && expected < 0n) {
    refuse("expectedRevision: give a revision of 0 or more, or 'no_stream' for a stream without events");
  }
}

function encodeEvent(event: EventToAppend): EncodedEvent {
  const id = event.id.toLowerCase();
  if (!UUID.test(id)) refuse('event id: give a UUID');
  if (event.type === '') refuse('event type: give the name of the type');
  if (UNSTORABLE.test(event.type)) refuse('event type: use a name without control characters');
  // EventStoreDB keeps these types for its own events.
  if (event.type.startsWith('$')) refuse('event type: use a name that does not start with $');
  const data = encodeJson('data', event.data);
  const metadata = encodeJson('metadata', event.metadata);
  const bytes = Buffer.byteLength(data) + Buffer.byteLength(metadata);
  if (bytes > MAX_EVENT_BYTES) {
    throw new EventStoreError(
      'EVENT_TOO_LARGE',
      `event ${id} of type ${event.type} has ${bytes} bytes as JSON; at most ${MAX_EVENT_BYTES} are allowed`,
    );
  }
  return { id, type: event.type, data, metadata };
}

function encodeJson(field: string, value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(`event ${field}: give a JSON object`);
  }
  try {
    return JSON.stringify(value);
  } catch {
    // The cause is left out: its message may quote what the event holds.
    return refuse(`event ${field}: give a value that JSON can hold (no bigint, no cycle)`);
  }
}

function refuse(problem: string): never {
  throw new EventStoreError('INVALID_APPEND', problem);
}
