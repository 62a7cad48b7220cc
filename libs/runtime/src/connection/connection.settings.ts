import { setting } from '../settings/setting.js';
import { defineSettings } from '../settings/settings.js';

/** How a program that uses Keyward finds it and signs in; an option of the command line goes before it. */
export const connectionSettings = defineSettings({
  KEYWARD_URL: setting.url({
    schemes: ['http', 'https'],
    default: 'http://127.0.0.1:8080',
    doc: 'Where the `keyward` command finds the HTTP API. Option `--url`. When it is set, `npm run demo` plays against this Keyward.',
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
    doc: 'A file with the JWT to sign in with; goes before KEYWARD_TOKEN. Option `--token-file`. The reference worker reads it again when the token is refused.',
  }),
});
