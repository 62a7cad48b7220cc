import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@keyward/runtime';
import { CookieSealer } from './cookie-sealer.js';
import { SessionKeys } from './session-keys.js';

const newKey = (): string => randomBytes(32).toString('base64');
const sealerOf = (...keys: string[]): CookieSealer =>
  new CookieSealer(SessionKeys.parse(keys.join(','), 'the test'), new SystemClock());
const soon = (): Date => new Date(Date.now() + 60_000);

describe('The keys of sessions', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-session-keys-'));
    path = join(folder, 'session.keys');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are made once, in a file that only its owner may read', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => SessionKeys.open(path, { create: true })));
    expect(new Set(all.map(({ current }) => current.id)).size).toBe(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
  });

  it('are not made where they have to be given', async () => {
    await expect(SessionKeys.open(path, { create: false })).rejects.toThrow(`${path}, the file`);
  });

  it('are not read from a file that others may read', async () => {
    await SessionKeys.open(path, { create: true });
    chmodSync(path, 0o640);
    await expect(SessionKeys.open(path, { create: true })).rejects.toThrow(`chmod 600 ${path}`);
  });

  it.each(['', 'short', newKey().slice(0, -8), `${newKey()},password-of-somebody`, 'é'.repeat(43)])(
    'are refused when they are %j, and not repeated',
    async (text) => {
      writeFileSync(path, text, { mode: 0o600 });
      const failure = await SessionKeys.open(path, { create: true }).catch((error: Error) => error.message);
      expect(failure).toBe(
        `${path} must hold keys of 32 bytes in base64, the current one first: make one with "openssl rand -base64 32".`,
      );
    },
  );

  it('are changed without ending a session: the new one first, the old one after it', async () => {
    const [before, after] = [newKey(), newKey()];
    const cookie = await sealerOf(before).seal('session', { sub: 'alice' }, soon());
    expect(await sealerOf(after, before).open('session', cookie)).toMatchObject({ sub: 'alice' });
    expect(await sealerOf(after).open('session', cookie)).toBeUndefined();
    const next = await sealerOf(after, before).seal('session', { sub: 'alice' }, soon());
    expect(await sealerOf(after).open('session', next)).toMatchObject({ sub: 'alice' });
    expect(await sealerOf(before).open('session', next)).toBeUndefined();
  });

  it('show nothing of what they seal', async () => {
    const cookie = await sealerOf(newKey()).seal('session', { sub: 'somebody-in-particular' }, soon());
    for (const part of cookie.split('.'))
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('somebody');
  });
});
