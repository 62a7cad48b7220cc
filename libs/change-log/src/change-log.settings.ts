import { defineSettings, setting } from '@keyward/runtime';

export const changeLogSettings = defineSettings({
  KEYWARD_CHANGE_LOG: setting.url({
    schemes: ['memory'],
    default: 'memory:',
    doc: 'Where changes are published: `memory:` keeps the last 10,000 inside the process.',
  }),
});
