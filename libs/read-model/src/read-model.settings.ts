import { defineSettings, setting, type SettingsOf } from '@keyward/runtime';

/** What an operator may set about the read model, on both its sides. */
export const readModelSettings = defineSettings({
  KEYWARD_READ_MODEL: setting.url({
    default: 'memory:',
    schemes: ['memory'],
    doc: 'Where the read model is kept. `memory:` is rebuilt from the event log at every start.',
  }),
  KEYWARD_STALENESS_BOUND: setting.duration({
    default: '2s',
    min: '1s',
    max: '1h',
    doc: 'Oldest that an answer to a read without a position may be. The projector beats twice a second, so less than 1s cannot be kept.',
  }),
  KEYWARD_STALE_ANSWERS: setting.oneOf(['refuse', 'flag'], {
    default: 'refuse',
    doc: 'What becomes of answers that may be older than the staleness bound: refused with STALE_READ_MODEL, or given and flagged as stale.',
  }),
});

export type ReadModelSettings = SettingsOf<typeof readModelSettings>;
