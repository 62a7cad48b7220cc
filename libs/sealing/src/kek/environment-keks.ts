import { SealingError } from '../sealing.errors.js';
import { decodeKek } from './decode-kek.js';
import { InProcessKeks, type RawKek } from './in-process-keks.js';
import { KEK_ID, KEK_ID_RULE } from './kek-id.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.port.js';

/**
 * Key encryption keys from an environment variable: `id:base64`, several separated by commas. The
 * first wraps from now on; the others only unwrap.
 * @throws SealingError INVALID_KEK, naming the variable and the id and never the value.
 */
export function keksFromEnvironment(value: string, variable = 'KEYWARD_KEK'): KeyEncryptionKeys {
  const keks = value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => parseEntry(entry, variable));
  const current = keks[0];
  if (current === undefined) {
    throw new SealingError(
      'INVALID_KEK',
      `${variable} is empty: set it to id:base64, the base64 of 32 random bytes.`,
    );
  }
  try {
    return new InProcessKeks(keks, current.id, variable);
  } finally {
    for (const kek of keks) kek.bytes.fill(0);
  }
}

function parseEntry(entry: string, variable: string): RawKek {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  // An id that breaks the rule is not repeated: where the colon is missing or misplaced it may be the key.
  if (!KEK_ID.test(id)) {
    throw new SealingError(
      'INVALID_KEK',
      `${variable} holds an entry that is not id:base64; the id ${KEK_ID_RULE}.`,
    );
  }
  return { id, bytes: decodeKek(id, entry.slice(colon + 1), variable) };
}
