import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTHER_SIGNER, SIGNER } from '../testing/index.js';
import { AuditKeys, type AuditKeysOptions } from './audit-keys.js';

/** Of the first key of RFC 8032, 7.1. */
const MIDDLE_LINE = 'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g';

describe('The keys of the audit logs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-audit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const file = (name: string): string => join(folder, name);
  const open = (options: Partial<AuditKeysOptions> = {}): Promise<AuditKeys> =>
    AuditKeys.open({
      signingKey: undefined,
      signingKeyFile: file('signing.pem'),
      createSigningKey: true,
      trustedKeysFile: undefined,
      ...options,
    });

  it('are made once where that is allowed, for the owner alone', async () => {
    const made = await open();
    expect((await stat(file('signing.pem'))).mode & 0o777).toBe(0o600);
    const again = await open({ createSigningKey: false });
    expect(again.signer.publicKeyPem).toBe(made.signer.publicKeyPem);
    expect(made.trusted.has(made.signer.signingKeyId)).toBe(true);
  });

  it('are not made where several could make one; the refusal names what to set', async () => {
    await expect(open({ createSigningKey: false })).rejects.toMatchObject({
      code: 'INVALID_SIGNING_KEY',
      message: expect.stringContaining(
        `${file('signing.pem')} is missing: name the file that holds the signing key. Give every copy of the api the one`,
      ),
    });
    await expect(readFile(file('signing.pem'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('may be given without a file', async () => {
    const { signer } = await open({ signingKey: MIDDLE_LINE });
    expect(signer.signingKeyId).toBe(SIGNER.signingKeyId);
    await expect(open({ signingKey: 'canary7f3a'.padEnd(64, 'A') })).rejects.toThrow(
      /^KEYWARD_AUDIT_SIGNING_KEY is not a private Ed25519 key in PEM(?!.*canary)/,
    );
  });

  it('trust others too: those before, and the next one', async () => {
    await writeFile(file('others.pem'), OTHER_SIGNER.publicKeyPem);
    const { signer, trusted } = await open({ trustedKeysFile: file('others.pem') });
    expect([signer, OTHER_SIGNER, SIGNER].map(({ signingKeyId }) => trusted.has(signingKeyId))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('refuse a file of others that is missing, or holds anything else', async () => {
    const others = { trustedKeysFile: file('others.pem') };
    await expect(open(others)).rejects.toThrow(
      'cannot be read (ENOENT): correct KEYWARD_AUDIT_TRUSTED_KEYS_FILE.',
    );
    await writeFile(file('others.pem'), 'canary-7f3a');
    await expect(open(others)).rejects.toThrow(
      /must hold public Ed25519 keys in PEM .*Correct KEYWARD_AUDIT_TRUSTED_KEYS_FILE\.$/,
    );
    await expect(open(others)).rejects.not.toThrow('canary');
  });
});
