import { generateKeyPairSync, verify, createPublicKey } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTHER_SIGNER, SIGNER, signerFromSeed } from '../testing/index.js';
import { LocalHeadSigner } from './local-head-signer.js';
import { TrustedKeys } from './trusted-keys.js';

async function failureOf(work: () => unknown): Promise<Error & { code?: string }> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not fail');
}

describe('The signing key', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-audit-'));
    path = join(folder, 'audit-signing-key.pem');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const open = (createIfMissing = true): Promise<LocalHeadSigner> =>
    LocalHeadSigner.open(path, { createIfMissing });

  it('is made in a file that only its owner may read, and is the same ever after', async () => {
    const made = await open();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['audit-signing-key.pem']);
    expect((await open(false)).publicKeyPem).toBe(made.publicKeyPem);
  });

  it('is one key for all who open it at once', async () => {
    const all = await Promise.all(Array.from({ length: 16 }, () => open()));
    expect(new Set(all.map(({ signingKeyId }) => signingKeyId)).size).toBe(1);
  });

  it('signs as RFC 8032 says', async () => {
    // 7.1, TEST 1: the signature of the empty message.
    expect((await SIGNER.sign(Buffer.alloc(0))).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
    const message = Buffer.from('a head');
    const signer = await open();
    expect(verify(null, message, createPublicKey(signer.publicKeyPem), await signer.sign(message))).toBe(
      true,
    );
  });

  it('is not made where it has to be there', async () => {
    expect(await failureOf(() => open(false))).toMatchObject({
      code: 'INVALID_SIGNING_KEY',
      message: expect.stringContaining(`${path} is missing`),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is refused in a file that others may read', async () => {
    await open();
    await chmod(path, 0o644);
    const failure = await failureOf(() => open());
    expect(failure).toMatchObject({ code: 'INVALID_SIGNING_KEY' });
    expect(failure.message).toContain(`chmod 600 ${path}`);
  });

  it('is refused when it is something else, without repeating a byte of it', async () => {
    await open();
    const good = await readFile(path, 'utf8');
    const secret = good.split('\n')[1]!;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    for (const text of ['', secret, good.slice(0, 60), good.replace('PRIVATE', 'PUBLIC'), rsa.toString()]) {
      await writeFile(path, text);
      const failure = await failureOf(() => open());
      expect(failure).toMatchObject({ code: 'INVALID_SIGNING_KEY' });
      expect(failure.message).toContain(`${path} is not a private Ed25519 key in PEM`);
      expect(`${failure.stack}${String(failure.cause)}`).not.toContain(secret.slice(24, 40));
    }
  });

  it('does not give its private part away', async () => {
    const signer = await open();
    const secret = (await readFile(path, 'utf8')).split('\n')[1]!.slice(24);
    expect(JSON.stringify(signer) + signer.publicKeyPem).not.toContain(secret);
  });
});

describe('Trusted keys', () => {
  it('are those of the file, each known by its id', () => {
    const keys = TrustedKeys.fromPem(SIGNER.publicKeyPem + OTHER_SIGNER.publicKeyPem, 'it');
    expect([SIGNER, OTHER_SIGNER].map(({ signingKeyId }) => keys.has(signingKeyId))).toEqual([true, true]);
    const third = signerFromSeed('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7');
    expect(keys.has(third.signingKeyId)).toBe(false);
  });

  it('verify what their own key signed, and nothing that another one did', async () => {
    const keys = TrustedKeys.fromPem(SIGNER.publicKeyPem + OTHER_SIGNER.publicKeyPem, 'it');
    const message = Buffer.from('a head');
    const signature = await SIGNER.sign(message);
    expect(keys.verify(SIGNER.signingKeyId, message, signature)).toBe(true);
    expect(keys.verify(OTHER_SIGNER.signingKeyId, message, signature)).toBe(false);
    expect(keys.verify(SIGNER.signingKeyId, Buffer.from('a heap'), signature)).toBe(false);
    expect(keys.verify('unknown', message, signature)).toBe(false);
  });

  const secretSeed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const privatePem = `-----BEGIN PRIVATE KEY-----\n${Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secretSeed]).toString('base64')}\n-----END PRIVATE KEY-----\n`;
  const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();

  it.each([
    ['nothing', ''],
    ['no PEM', 'MCowBQYDK2VwAyEA'],
    ['a private key, which nobody but the server may hold', privatePem],
    ['a private key after a public one', SIGNER.publicKeyPem + privatePem],
    ['a key of another kind', rsaPem],
    ['a key that was cut', SIGNER.publicKeyPem.replace('MCow', '')],
  ])('are not %s', async (_what, pem) => {
    const failure = await failureOf(() => TrustedKeys.fromPem(pem, '--trust'));
    expect(failure).toMatchObject({ code: 'INVALID_TRUSTED_KEYS' });
    expect(failure.message).toMatch(/^--trust must hold public Ed25519 keys/);
  });
});
