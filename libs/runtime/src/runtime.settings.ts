import { setting } from './settings/setting.js';
import { defineSettings, type SettingsOf } from './settings/settings.js';

/** The settings of every process, whatever it does. */
export const runtimeSettings = defineSettings({
  KEYWARD_DATA_DIR: setting.path({
    default: './data',
    doc: 'Folder of what is kept on this machine: the embedded event log, and the private files that are made at the first start.',
  }),
  KEYWARD_LOG_LEVEL: setting.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    doc: 'Least important lines that are logged; debug and trace also show stacks.',
  }),
  KEYWARD_LOG_FORMAT: setting.oneOf(['auto', 'json', 'text'], {
    default: 'auto',
    doc: 'json for programs, text for people; auto is text on a terminal and json elsewhere.',
  }),
  KEYWARD_SHUTDOWN_TIMEOUT: setting.duration({
    default: '10s',
    min: '1s',
    max: '10m',
    doc: 'How long an orderly stop may take before the process ends itself.',
  }),
});

export type RuntimeSettings = SettingsOf<typeof runtimeSettings>;
