import { SealingError } from '../sealing.errors.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.port.js';

/** A key encryption key as the log's `keyring` stream records it when it first seals something. */
export type KekRecord = {
  readonly kekId: string;
  readonly checkValue: string;
};

/**
 * Compares the key encryption keys with those that the log says it was sealed under; to be called
 * before anything is served or sealed. Resolves to the record to append for the current key, or to
 * null when the log has it.
 * @throws SealingError UNKNOWN_KEK when one is missing, WRONG_KEK when one is another under its id.
 */
export async function checkKeyring(
  recorded: readonly KekRecord[],
  keks: KeyEncryptionKeys,
): Promise<KekRecord | null> {
  for (const record of recorded) await checkRecord(record, keks);
  const kekId = keks.currentId();
  if (recorded.some((record) => record.kekId === kekId)) return null;
  return { kekId, checkValue: await keks.checkValue(kekId) };
}

async function checkRecord({ kekId, checkValue }: KekRecord, keks: KeyEncryptionKeys): Promise<void> {
  if (!keks.has(kekId)) {
    throw new SealingError(
      'UNKNOWN_KEK',
      `The key encryption key "${kekId}" is missing, and keys in the event log are sealed under it: supply it and start again.`,
    );
  }
  if ((await keks.checkValue(kekId)) !== checkValue) {
    throw new SealingError(
      'WRONG_KEK',
      `The key encryption key "${kekId}" is not the one that the event log was sealed under: supply the right one and start again.`,
    );
  }
}
