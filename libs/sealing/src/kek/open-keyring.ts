import { randomUUID } from 'node:crypto';
import { isEventStoreError, type EventStore } from '@keyward/event-store';
import { KEYRING_STREAM, type KeyEncryptionKeyAdopted } from '../sealed-streams.js';
import { checkKeyring, type KekRecord } from './check-keyring.js';
import type { KeyEncryptionKeys } from './key-encryption-keys.port.js';

/** The key encryption keys that this log says something is sealed under. */
export async function recordedKeks(events: EventStore): Promise<KekRecord[]> {
  const recorded: KekRecord[] = [];
  for await (const { data } of events.readStream(KEYRING_STREAM)) {
    const { kekId, checkValue } = data as KeyEncryptionKeyAdopted['data'];
    recorded.push({ kekId, checkValue });
  }
  return recorded;
}

/**
 * Compares the keys at hand with those the log names, and lets the log name the current one, before
 * anything is sealed under it.
 * @throws SealingError UNKNOWN_KEK or WRONG_KEK: the process must not start.
 */
export async function openKeyring(events: EventStore, keks: KeyEncryptionKeys): Promise<void> {
  for (;;) {
    const recorded = await recordedKeks(events);
    const adopted = await checkKeyring(recorded, keks);
    if (!adopted) return;
    const event = {
      id: randomUUID(),
      type: 'KeyEncryptionKeyAdopted',
      data: adopted,
      metadata: { schemaVersion: 1 },
    };
    const expectedRevision = recorded.length === 0 ? 'no_stream' : BigInt(recorded.length - 1);
    try {
      await events.append({ stream: KEYRING_STREAM, expectedRevision, events: [event] });
      return;
    } catch (error) {
      // Another process was first: look again at what it adopted.
      if (!isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) throw error;
    }
  }
}
