import { defineSettings, setting, shared } from '@keyward/runtime';
import { checkEventStoreUrl } from './open-event-store.js';

export const eventStoreSettings = defineSettings({
  KEYWARD_EVENT_STORE: setting.string({
    optional: true,
    // An address of EventStoreDB may hold a password.
    secret: true,
    rule: "'sqlite:' and a path, 'esdb://' (or esdb+discover, kurrentdb, kurrentdb+discover) and host:port, or 'memory:'",
    check: (url) => checkEventStoreUrl(url) === undefined,
    doc: 'The event log: `sqlite:<file>`; an EventStoreDB or KurrentDB, as `esdb://user:password@host:2113?tls=true` with hosts separated by commas and percent-encoding, see [EventStoreDB](eventstoredb.md); `memory:` forgets everything at the end. Default: keyward.db in the data folder.',
  }),
});

/** For a process that is one of several. */
export const sharedEventStoreSettings = defineSettings({
  KEYWARD_EVENT_STORE: shared(eventStoreSettings.KEYWARD_EVENT_STORE, {
    ownSchemes: ['sqlite', 'memory'],
    rule:
      "'esdb://' (or esdb+discover, kurrentdb, kurrentdb+discover) and host:port, an event log that all of Keyward's processes share; " +
      'sqlite: and memory: belong to one process, which is the one that `npm start` runs',
  }),
});
