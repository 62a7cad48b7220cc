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
});

export type AuditSettings = SettingsOf<typeof auditSettings>;
