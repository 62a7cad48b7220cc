import { defineSettings, setting } from '@keyward/runtime';

export const eventStoreSettings = defineSettings({
  KEYWARD_EVENT_STORE: setting.url({
    schemes: ['sqlite', 'memory'],
    optional: true,
    doc: 'The event log: `sqlite:<file>`; `memory:` forgets everything at the end. Default: keyward.db in the data folder.',
  }),
});
