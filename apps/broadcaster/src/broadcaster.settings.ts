import { defineSettings, setting, type SettingsOf } from '@keyward/runtime';

/** What an operator may set about watches. */
export const broadcasterSettings = defineSettings({
  KEYWARD_WATCH_HEARTBEAT: setting.duration({
    default: '5s',
    min: '20ms',
    max: '1m',
    doc: 'Time between two heartbeats of a watch. Workers take a watch for dead when several are missing.',
  }),
  KEYWARD_WATCH_WINDOW: setting.integer({
    default: 10_000,
    min: 1,
    max: 1_000_000,
    doc: 'How many of the last changes are kept for watches that resume; an older one gets a reset. About 1 kB each.',
  }),
  KEYWARD_WATCH_QUEUE: setting.integer({
    default: 1_000,
    min: 1,
    max: 1_000_000,
    doc: 'How many changes a watch that does not read may be behind before it is ended with RESOURCE_EXHAUSTED.',
  }),
  KEYWARD_WATCH_STALL: setting.duration({
    default: '10s',
    min: '100ms',
    max: '10m',
    doc: 'How long a watch may take no message at all before it is ended with RESOURCE_EXHAUSTED.',
  }),
  KEYWARD_WATCHES_PER_PRINCIPAL: setting.integer({
    default: 2_000,
    min: 1,
    doc: 'How many watches one worker (the subject of its token) may have open, per process.',
  }),
});

export type BroadcasterSettings = SettingsOf<typeof broadcasterSettings>;
