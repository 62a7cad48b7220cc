import { defineSettings, setting, type SettingsOf } from '@keyward/runtime';

export const accessSettings = defineSettings({
  KEYWARD_TOKEN_ISSUER: setting.string({
    default: 'keyward-local',
    doc: 'The `iss` of the tokens that are trusted. `keyward-local` is the local issuer for development, whose key lies in the data folder.',
  }),
  KEYWARD_TOKEN_JWKS_URL: setting.url({
    schemes: ['https', 'http'],
    optional: true,
    doc: 'Where the issuer publishes its keys (JWKS). Needed with any issuer but `keyward-local`; https, or http on this machine.',
  }),
  KEYWARD_TOKEN_TYPE: setting.oneOf(['at+jwt', 'JWT'], {
    default: 'at+jwt',
    doc: 'The `typ` header that tokens must have. `JWT` for an identity provider that does not follow RFC 9068.',
  }),
});

export type AccessSettings = SettingsOf<typeof accessSettings>;
