import { readFile } from 'node:fs/promises';
import { AuditError } from '../audit.errors.js';
import type { HeadSigner } from './head-signer.port.js';
import { LocalHeadSigner } from './local-head-signer.js';
import { TrustedKeys } from './trusted-keys.js';

export interface AuditKeysOptions {
  /** The middle line of its PEM; undefined: the file. */
  readonly signingKey: string | undefined;
  readonly signingKeyFile: string;
  /** Whether a first start may make the file: only where no other process could make another. */
  readonly createSigningKey: boolean;
  /** Public keys whose heads count too; undefined: none. */
  readonly trustedKeysFile: string | undefined;
}

/** What Keyward signs heads with, and whose heads it goes on from. */
export class AuditKeys {
  /** The signing key's own and the others. */
  readonly trusted: TrustedKeys;

  /** @param others `PUBLIC KEY` blocks: former signing keys, and the next one @param source where they are from */
  constructor(
    readonly signer: HeadSigner,
    others = '',
    source = 'the trusted keys',
  ) {
    this.trusted = TrustedKeys.fromPem(signer.publicKeyPem + others, source);
  }

  /** @throws AuditError whose sentence names the setting and the rule: the process must not start. */
  static async open(options: AuditKeysOptions): Promise<AuditKeys> {
    const signer = await openSigner(options);
    const { trustedKeysFile } = options;
    if (trustedKeysFile === undefined) return new AuditKeys(signer);
    return new AuditKeys(signer, await readTrusted(trustedKeysFile), trustedKeysFile);
  }
}

async function openSigner(options: AuditKeysOptions): Promise<HeadSigner> {
  const { signingKey, signingKeyFile, createSigningKey } = options;
  if (signingKey !== undefined) {
    const pem = `-----BEGIN PRIVATE KEY-----\n${signingKey}\n-----END PRIVATE KEY-----\n`;
    return LocalHeadSigner.fromPem(pem, 'KEYWARD_AUDIT_SIGNING_KEY');
  }
  try {
    return await LocalHeadSigner.open(signingKeyFile, { createIfMissing: createSigningKey });
  } catch (error) {
    throw new AuditError('INVALID_SIGNING_KEY', `${(error as Error).message} ${SIGNING_KEY_REMEDY}`);
  }
}

const SIGNING_KEY_REMEDY =
  'Give every copy of the api the one private Ed25519 key that heads of the audit logs are signed with, by ' +
  'KEYWARD_AUDIT_SIGNING_KEY or KEYWARD_AUDIT_SIGNING_KEY_FILE: docs/processes.md tells how to make it.';

async function readTrusted(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch(({ code = 'unknown error' }: NodeJS.ErrnoException) => {
    throw new AuditError('INVALID_TRUSTED_KEYS', `${path} cannot be read (${code}): correct ${TRUSTED}.`);
  });
  try {
    TrustedKeys.fromPem(pem, path);
  } catch (error) {
    throw new AuditError('INVALID_TRUSTED_KEYS', `${(error as Error).message} Correct ${TRUSTED}.`);
  }
  return pem;
}

const TRUSTED = 'KEYWARD_AUDIT_TRUSTED_KEYS_FILE';
