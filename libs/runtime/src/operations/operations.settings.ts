import { setting } from '../settings/setting.js';
import { defineSettings, type SettingsOf } from '../settings/settings.js';

/** Where a process without an HTTP API of its own answers probes and gives its metrics. */
export const operationsSettings = defineSettings({
  KEYWARD_OPERATIONS_HOST: setting.string({
    default: '127.0.0.1',
    doc: 'Address on which projector, relay, lookup and broadcaster, each alone, answer `/health/live`, `/health/ready` and `/metrics`; 0.0.0.0 for all.',
  }),
  KEYWARD_OPERATIONS_PORT: setting.port({
    optional: true,
    doc: 'Port of those; 0 takes any free one. Default: 8081 for the projector, 8082 for the relay, 8083 for lookup, 8084 for the broadcaster. The api has them at its HTTP port.',
  }),
});

export type OperationsSettings = SettingsOf<typeof operationsSettings>;
