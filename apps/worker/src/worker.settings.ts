import { connectionSettings, defineSettings, runtimeSettings, setting } from '@keyward/runtime';

const ID = '[A-Za-z0-9][A-Za-z0-9_.-]{0,63}';

/** The worker's own settings; the defaults fit the README's tour. */
export const workerSettings = defineSettings({
  KEYWARD_WORKER_ORGANIZATION: setting.string({
    default: 'acme',
    pattern: new RegExp(`^${ID}$`),
    rule: "an organization's id",
    doc: 'The organization that the reference worker works for.',
  }),
  KEYWARD_WORKER_KEYS: setting.string({
    default: 'website/openai,mobile/openai',
    pattern: new RegExp(`^${ID}/${ID}(\\s*,\\s*${ID}/${ID})*$`),
    rule: 'project/integration, or several with commas between',
    doc: 'The effective keys that the reference worker uses.',
  }),
  KEYWARD_WORKER_INTERVAL: setting.duration({
    default: '2s',
    min: '10ms',
    max: '1h',
    doc: 'Time between two calls of the vendor for the same project. A change makes the reference worker call at once.',
  }),
  KEYWARD_WORKER_VENDOR: setting.url({
    schemes: ['http', 'https'],
    optional: true,
    doc: 'The vendor that the reference worker calls. Default: a fake one that it starts itself, which answers with the mask and a fingerprint of what it was sent.',
  }),
});

/** The fake vendor's, where it is started alone. */
export const fakeVendorSettings = defineSettings({
  KEYWARD_FAKE_VENDOR_PORT: setting.port({
    default: 8090,
    doc: 'Port of the fake vendor on this machine, where it is started alone; 0 takes any free one.',
  }),
});

/** All that the worker's process reads. */
export const workerProcessSettings = defineSettings({
  KEYWARD_GRPC: connectionSettings.KEYWARD_GRPC,
  KEYWARD_TOKEN: connectionSettings.KEYWARD_TOKEN,
  KEYWARD_TOKEN_FILE: connectionSettings.KEYWARD_TOKEN_FILE,
  KEYWARD_LOG_FORMAT: runtimeSettings.KEYWARD_LOG_FORMAT,
  ...workerSettings,
});
