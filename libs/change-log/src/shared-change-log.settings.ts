import { defineSettings, shared } from '@keyward/runtime';
import { changeLogSettings } from './change-log.settings.js';

/** For a process that is one of several. */
export const sharedChangeLogSettings = defineSettings({
  KEYWARD_CHANGE_LOG: shared(changeLogSettings.KEYWARD_CHANGE_LOG, {
    ownSchemes: ['memory'],
    rule:
      "'kafka://' and host:port, a change log that all of Keyward's processes share; " +
      'memory: belongs to one process, which is the one that `npm start` runs',
  }),
});
