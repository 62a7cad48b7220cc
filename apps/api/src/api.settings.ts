import type { AccessSettings } from '@keyward/access';
import { defineSettings, setting, type RuntimeSettings, type SettingsOf } from '@keyward/runtime';
import type { sessionSettings } from './http/session/session.settings.js';

/** What an operator may set about the HTTP API. */
export const apiSettings = defineSettings({
  KEYWARD_HTTP_HOST: setting.string({
    default: '127.0.0.1',
    doc: 'Address the HTTP server listens on; 0.0.0.0 for all (then put a proxy with TLS before it).',
  }),
  KEYWARD_HTTP_PORT: setting.port({ default: 8080, doc: 'Port of the HTTP server; 0 takes any free one.' }),
  KEYWARD_HTTP_BODY_LIMIT: setting.bytes({
    default: '64kb',
    min: '32kb',
    max: '16mb',
    doc: 'Largest HTTP request body that is accepted. The rollout, which may list many organizations, takes at least 2mb.',
  }),
  KEYWARD_HTTP_CONSISTENCY_TIMEOUT: setting.duration({
    default: '2s',
    min: '1ms',
    max: '1m',
    doc: 'Longest wait of an HTTP read for the read model to become as fresh as asked.',
  }),
  KEYWARD_KEY_RETENTION: setting.duration({
    default: '7d',
    max: '3650d',
    doc: 'How long the sealed bytes of a key version are kept once it was replaced or removed; then they are destroyed for good. 0: at once.',
  }),
  KEYWARD_RATE_LIMIT_PRINCIPAL: setting.integer({
    default: 200,
    doc: 'HTTP requests that one caller (the subject of the token) may send per second, per process; 0 sets no limit.',
  }),
  KEYWARD_RATE_LIMIT_ORGANIZATION: setting.integer({
    default: 500,
    doc: "HTTP requests that one organization's callers together may send per second, per process; 0 sets no limit.",
  }),
  KEYWARD_RATE_LIMIT_FAILED_SIGN_IN: setting.integer({
    default: 20,
    doc: 'HTTP requests without a valid token that one remote address may send per second, per process; then tokens not seen lately are refused unread. 0 sets no limit.',
  }),
});

/** What the HTTP API is made of: its own settings, those of the console, and what it has to know of others'. */
export type ApiSettings = SettingsOf<typeof apiSettings> &
  SettingsOf<typeof sessionSettings> &
  Pick<AccessSettings, 'KEYWARD_TOKEN_ISSUER' | 'KEYWARD_TOKEN_JWKS_URL'> &
  Pick<RuntimeSettings, 'KEYWARD_DATA_DIR'>;
