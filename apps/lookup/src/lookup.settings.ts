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
});

export type LookupSettings = SettingsOf<typeof lookupSettings>;
