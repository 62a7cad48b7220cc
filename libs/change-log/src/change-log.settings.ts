import { defineSettings, setting } from '@keyward/runtime';

export const changeLogSettings = defineSettings({
  KEYWARD_CHANGE_LOG: setting.url({
    schemes: ['memory', 'kafka'],
    default: 'memory:',
    doc:
      'Where changes are published: `memory:` keeps the last 10,000 inside the process; ' +
      '`kafka://user:password@host:9092,host2:9092/topic?ssl=true&sasl=scram-sha-512` is a topic, by default keyward.key-changes.v1. ' +
      'Where the topic is missing, the relay makes it with `partitions` (12), `replication` (the default of the cluster) and ' +
      '`retention` (7d; h or d). `sasl`: plain, scram-sha-256 or scram-sha-512. ' +
      'With `ssl=true`, Node.js takes the certificate of an authority of your own from `NODE_EXTRA_CA_CERTS`.',
  }),
});
