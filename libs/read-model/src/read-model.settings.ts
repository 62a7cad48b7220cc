import { defineSettings, setting, shared, type SettingsOf } from '@keyward/runtime';

/** What an operator may set about the read model, on both its sides. */
export const readModelSettings = defineSettings({
  KEYWARD_READ_MODEL: setting.url({
    default: 'memory:',
    schemes: ['memory', 'redis', 'rediss'],
    doc:
      'Where the read model is kept. `memory:` is rebuilt from the event log at every start. Redis: `redis://[user:password@]host[:port][/db]`, ' +
      'with TLS `rediss://`; options after `?`, joined by `&`: `cluster=true` with `node=host:port` for each further node, `prefix` of all keys (default kw), ' +
      'and with TLS `ca`, `cert`, `key` (PEM files) and `servername`. Redis must have the maxmemory-policy noeviction. ' +
      'Redis Sentinel is not supported: name an address that follows the primary, or a Cluster.',
  }),
  KEYWARD_STALENESS_BOUND: setting.duration({
    default: '2s',
    min: '1s',
    max: '1h',
    doc: 'Oldest that an answer to a read without a position may be. The projector beats four times a second for what it is at most half a second behind, so less than 1s cannot be kept.',
  }),
  KEYWARD_STALE_ANSWERS: setting.oneOf(['refuse', 'flag'], {
    default: 'refuse',
    doc: 'What becomes of answers that may be older than the staleness bound: refused with STALE_READ_MODEL, or given and flagged as stale.',
  }),
});

export type ReadModelSettings = SettingsOf<typeof readModelSettings>;

/** For a process that is one of several. */
export const sharedReadModelSettings = defineSettings({
  ...readModelSettings,
  KEYWARD_READ_MODEL: shared(readModelSettings.KEYWARD_READ_MODEL, {
    ownSchemes: ['memory'],
    rule:
      "'redis://' or 'rediss://' and host:port, a read model that all of Keyward's processes share; " +
      'memory: belongs to one process, which is the one that `npm start` runs',
  }),
});
