import type { EventStore } from '@keyward/event-store';
import { checkKeyring, type KekRecord } from './check-keyring.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.port.js';
import { appendToKeyring, readKeyring } from './keyring.js';

/** The key encryption keys that this log says something is sealed under. */
export async function recordedKeks(events: EventStore): Promise<readonly KekRecord[]> {
  return (await readKeyring(events)).active;
}

/**
 * Compares the keys at hand with those the log names, and lets the log name the current one, before
 * anything is sealed under it.
 * @throws SealingError UNKNOWN_KEK or WRONG_KEK: the process must not start.
 */
export async function openKeyring(events: EventStore, keks: KeyEncryptionKeys): Promise<void> {
  for (;;) {
    const keyring = await readKeyring(events);
    const adopted = await checkKeyring(keyring.active, keks);
    if (!adopted) return;
    // Where another process was first, what it adopted is looked at again.
    if (await appendToKeyring(events, keyring, [{ type: 'KeyEncryptionKeyAdopted', data: adopted }])) return;
  }
}
