export {
  EventStoreError,
  WrongExpectedRevisionError,
  isEventStoreError,
  type EventStoreErrorCode,
} from './event-store.errors.js';
export {
  EventStore,
  MAX_EVENT_BYTES,
  canAppendAtomically,
  canTellRevisions,
  type AppendResult,
  type AtomicAppender,
  type EventFilter,
  type EventToAppend,
  type ExpectedRevision,
  type JsonObject,
  type JsonValue,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type RevisionTeller,
  type StreamAppend,
  type SubscribeOptions,
  type SubscriptionMessage,
} from './event-store.port.js';
export { EventStoreModule } from './event-store.module.js';
export { MemoryEventStore } from './memory/memory-event-store.js';
export { InvalidEventStoreUrlError, checkEventStoreUrl, openEventStore } from './open-event-store.js';
export { SqliteEventStore, type SqliteEventStoreOptions } from './sqlite/sqlite-event-store.js';
export { eventStoreSettings, sharedEventStoreSettings } from './event-store.settings.js';
