import { connectionSettings, defineSettings, runtimeSettings } from '@keyward/runtime';

/** What the `keyward` command reads from the environment; an option given on the command line goes before it. */
export const cliSettings = defineSettings({
  ...connectionSettings,
  KEYWARD_DATA_DIR: runtimeSettings.KEYWARD_DATA_DIR,
});
