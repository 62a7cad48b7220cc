import { defineSettings, setting } from '@keyward/runtime';

export const sealingSettings = defineSettings({
  KEYWARD_KEK: setting.string({
    optional: true,
    secret: true,
    doc: 'Key encryption keys as `id:base64` (32 bytes each), separated by commas, the current one first. Takes the place of the file.',
  }),
  KEYWARD_KEK_FILE: setting.path({
    optional: true,
    doc: 'File of key encryption keys, mode 0600. Default: kek.json in the data folder, made at the first start on an embedded event log.',
  }),
});
