import { defineSettings, setting, type SettingsOf } from '@keyward/runtime';

/** What an operator may set about lookups. */
export const lookupSettings = defineSettings({
  KEYWARD_LEASE: setting.duration({
    default: '30s',
    min: '1s',
    max: '1h',
    doc: 'How long a worker may keep an effective key that it looked up. It bounds how long a removed key is still used by a worker that lost its watch.',
  }),
  KEYWARD_CONSISTENCY_TIMEOUT: setting.duration({
    default: '2s',
    min: '1ms',
    max: '1m',
    doc: "Longest wait of a lookup for the read model to become as fresh as asked. The call's own deadline may end it sooner.",
  }),
  KEYWARD_LOOKUP_RATE_LIMIT: setting.integer({
    default: 500_000,
    doc: 'Effective keys that one worker (the subject of its token) may look up per second, per process; 0 sets no limit.',
  }),
  KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT: setting.integer({
    default: 1_000_000,
    doc: "Effective keys that one organization's workers together may look up per second, per process; 0 sets no limit.",
  }),
  KEYWARD_READ_AUDIT: setting.oneOf(['refuse', 'alarm', 'off'], {
    default: 'refuse',
    doc: 'What happens to a lookup when it cannot be recorded that its key is handed out: it is refused (refuse), or answered with an alarm (alarm). off: hand-outs are not recorded.',
  }),
  KEYWARD_READ_AUDIT_INTERVAL: setting.duration({
    default: '1m',
    min: '100ms',
    max: '10m',
    doc: 'How often what was handed out goes into the event log, one event for each organization. A crash loses the counts since then, and never that a worker was given a key.',
  }),
  KEYWARD_READ_AUDIT_BACKLOG: setting.bytes({
    default: '256mb',
    min: '4kb',
    max: '16gb',
    doc: 'How much of that may wait in the data folder while the event log does not take it.',
  }),
});

export type LookupSettings = SettingsOf<typeof lookupSettings>;
