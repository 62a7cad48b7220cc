import { hash, randomBytes } from 'node:crypto';
import { createPrivateFile, readPrivateFile } from '@keyward/runtime';

const KEY_BYTES = 32;

export interface SessionKey {
  /** Names the key without telling anything of it. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * The keys that seal cookies: the first one does, and all of them open. So a new one is put first, in
 * every copy of the api, and the old one taken out when what it sealed has ended.
 */
export class SessionKeys {
  private constructor(private readonly keys: readonly [SessionKey, ...SessionKey[]]) {}

  get current(): SessionKey {
    return this.keys[0];
  }

  find(id: string | undefined): SessionKey | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /**
   * @param where what to call the text in an error, which never repeats it
   * @throws Error when it is not keys as docs/configuration.md describes them
   */
  static parse(text: string, where: string): SessionKeys {
    const [first, ...rest] = text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((word) => toKey(word, where));
    if (!first) throw malformed(where);
    return new SessionKeys([first, ...rest]);
  }

  /**
   * @param create make a file with one key where there is none
   * @throws Error naming the file and what to do
   */
  static async open(path: string, { create }: { readonly create: boolean }): Promise<SessionKeys> {
    let text = await readPrivateFile(path);
    if (text === undefined && create) {
      // Of several processes that do this at once one wins, and all read its key.
      await createPrivateFile(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
      text = await readPrivateFile(path);
    }
    if (text === undefined) throw new Error(`${path}, the file of KEYWARD_SESSION_KEYS_FILE, is missing.`);
    return SessionKeys.parse(text, path);
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

function toKey(word: string, where: string): SessionKey {
  if (!BASE64.test(word)) throw malformed(where);
  const bytes = Buffer.from(word, 'base64');
  return {
    id: hash('sha256', Buffer.concat([Buffer.from('keyward session key id\0'), bytes]), 'base64url').slice(
      0,
      8,
    ),
    bytes,
  };
}

function malformed(where: string): Error {
  return new Error(
    `${where} must hold keys of ${KEY_BYTES} bytes in base64, the current one first: make one with "openssl rand -base64 ${KEY_BYTES}".`,
  );
}
