import { defineSettings, setting, type SettingsOf } from '@keyward/runtime';

/** What an operator may set about the audit logs. */
export const auditSettings = defineSettings({
  KEYWARD_AUDIT_SIGNING_KEY: setting.string({
    optional: true,
    secret: true,
    rule: 'the middle line of a private Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` makes it',
    pattern: /^[A-Za-z0-9+/]{64}$/,
    doc: 'Private Ed25519 key that heads of the audit logs are signed with: the middle line of its PEM. Takes the place of the file.',
  }),
  KEYWARD_AUDIT_SIGNING_KEY_FILE: setting.path({
    optional: true,
    doc: 'File of that key in PEM, mode 0600. Default: audit-signing-key.pem in the data folder, made at the first start on an embedded event log.',
  }),
  KEYWARD_AUDIT_TRUSTED_KEYS_FILE: setting.path({
    optional: true,
    doc: 'File of public Ed25519 keys (PEM) whose heads are gone on from besides those of the signing key: former signing keys, and the next one while copies are restarted one by one.',
  }),
  KEYWARD_AUDIT_HEAD_INTERVAL: setting.duration({
    default: '5m',
    min: '1s',
    max: '1d',
    doc: 'How long an event of an audit log waits for a head that vouches for it. What was written since the last head is not protected yet.',
  }),
  KEYWARD_AUDIT_CHECK_INTERVAL: setting.duration({
    default: '1d',
    min: '1s',
    max: '365d',
    doc: 'How often the whole event log is read again and compared with what was read before.',
  }),
});

export type AuditSettings = SettingsOf<typeof auditSettings>;
