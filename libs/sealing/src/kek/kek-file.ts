import { randomBytes } from 'node:crypto';
import { createPrivateFile, readPrivateFile } from '@keyward/runtime';
import { SealingError } from '../sealing.errors.js';
import { decodeKek } from './decode-kek.js';
import { InProcessKeks, KEK_BYTES, type RawKek } from './in-process-keks.js';
import { KEK_ID, KEK_ID_RULE } from './kek-id.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.port.js';

export interface KekFileOptions {
  /**
   * Make a file with one new key where there is none. Pass true only while nothing has been sealed:
   * a new key opens nothing that an old one sealed.
   */
  readonly createIfMissing: boolean;
}

/**
 * Key encryption keys from a JSON file, `{"keys": [{"id", "key": base64}], "current": id}`, which
 * only its owner may read. Of several processes that create it at once one wins, and all use its key.
 * @throws SealingError INVALID_KEK, naming the file and the id and never a byte of a key.
 */
export async function openKekFile(
  path: string,
  { createIfMissing }: KekFileOptions,
): Promise<KeyEncryptionKeys> {
  const text = await readOrCreate(path, createIfMissing);
  if (text === undefined) {
    throw new SealingError(
      'INVALID_KEK',
      `The file of key encryption keys, ${path}, is missing: restore it from its backup.`,
    );
  }
  return parseKekFile(text, path);
}

async function readOrCreate(path: string, createIfMissing: boolean): Promise<string | undefined> {
  try {
    const text = await readPrivateFile(path);
    if (text !== undefined || !createIfMissing) return text;
    await createPrivateFile(path, newKekFile());
    return await readPrivateFile(path);
  } catch (error) {
    throw new SealingError('INVALID_KEK', (error as Error).message);
  }
}

function newKekFile(): string {
  // The id is random and not made from the key: it is public.
  const id = `kek-${randomBytes(6).toString('hex')}`;
  const key = randomBytes(KEK_BYTES).toString('base64');
  return `${JSON.stringify({ keys: [{ id, key }], current: id }, null, 2)}\n`;
}

function parseKekFile(text: string, path: string): KeyEncryptionKeys {
  const file = parseJson(text, path);
  if (!isRecord(file) || !Array.isArray(file['keys']) || typeof file['current'] !== 'string') {
    throw new SealingError(
      'INVALID_KEK',
      `${path} must have the form {"keys": [{"id", "key"}], "current": id}.`,
    );
  }
  const keks: RawKek[] = file['keys'].map((entry: unknown) => parseEntry(entry, path));
  try {
    return new InProcessKeks(keks, file['current'], path);
  } finally {
    for (const kek of keks) kek.bytes.fill(0);
  }
}

function parseEntry(entry: unknown, path: string): RawKek {
  const id = isRecord(entry) ? entry['id'] : undefined;
  if (!isRecord(entry) || typeof id !== 'string' || !KEK_ID.test(id)) {
    throw new SealingError(
      'INVALID_KEK',
      `${path} holds a key encryption key without a valid id: it ${KEK_ID_RULE}.`,
    );
  }
  return { id, bytes: decodeKek(id, entry['key'], path) };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text, which is a key: it must go no further.
    throw new SealingError('INVALID_KEK', `${path} is not whole JSON: restore it from its backup.`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
