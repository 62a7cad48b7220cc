import { defineSettings, setting, type SettingsOf } from '@keyward/runtime';

export const refusalsSettings = defineSettings({
  KEYWARD_REFUSALS_WINDOW: setting.duration({
    default: '1m',
    min: '100ms',
    max: '1h',
    doc: 'For how long refusals by policy are counted together before they are written to the event log. What a process that is killed had counted by then is lost.',
  }),
});

export type RefusalsSettings = SettingsOf<typeof refusalsSettings>;
