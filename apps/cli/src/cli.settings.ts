import { defineSettings, runtimeSettings, setting, type SettingsOf } from '@keyward/runtime';

/** What the `keyward` command reads from the environment; an option given on the command line goes before it. */
export const cliSettings = defineSettings({
  KEYWARD_URL: setting.url({
    schemes: ['http', 'https'],
    default: 'http://127.0.0.1:8080',
    doc: 'Where the `keyward` command finds the HTTP API. Option `--url`.',
  }),
  KEYWARD_GRPC: setting.string({
    default: '127.0.0.1:50051',
    pattern: /^(https:\/\/)?[^\s/@]+:\d{1,5}$/,
    rule: 'host:port, or https://host:port for TLS',
    doc: 'Where the `keyward` command and the reference worker find the gRPC API. Option `--grpc`.',
  }),
  KEYWARD_TOKEN: setting.string({
    optional: true,
    secret: true,
    doc: 'The JWT to sign in with. Without one, and only with a Keyward on this machine, the `keyward` command makes one with the key of the local issuer in the data folder.',
  }),
  KEYWARD_TOKEN_FILE: setting.path({
    optional: true,
    doc: 'A file with the JWT to sign in with; goes before KEYWARD_TOKEN. Option `--token-file`.',
  }),
  KEYWARD_DATA_DIR: runtimeSettings.KEYWARD_DATA_DIR,
});

export type CliSettings = SettingsOf<typeof cliSettings>;
