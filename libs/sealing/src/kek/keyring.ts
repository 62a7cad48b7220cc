import { randomUUID } from 'node:crypto';
import { isEventStoreError, type EventStore, type ExpectedRevision } from '@keyward/event-store';
import { KEYRING_STREAM, type KeyringEvent } from '../sealed-streams.js';
import type { KekRecord } from './check-keyring.js';

const SCHEMA_VERSION = 1;

/** What the log says of the key encryption keys. */
export interface Keyring {
  /** Those that something may be sealed under: adopted and not retired since. */
  readonly active: readonly KekRecord[];
  /** Needed no more, unless adopted again. */
  readonly retired: readonly string[];
  /** The key by which all that is in use is to be wrapped; null when nobody has asked for that. */
  readonly rotationTo: string | null;
  /** What an append expects. */
  readonly revision: ExpectedRevision;
}

const EMPTY: Keyring = { active: [], retired: [], rotationTo: null, revision: 'no_stream' };

/** @throws Error on an event of a newer Keyward. */
export async function readKeyring(events: Pick<EventStore, 'readStream'>): Promise<Keyring> {
  let keyring = EMPTY;
  for await (const { type, data, revision } of events.readStream(KEYRING_STREAM))
    keyring = { ...evolve(keyring, { type, data } as unknown as KeyringEvent), revision };
  return keyring;
}

/** False when somebody else wrote to the keyring first: read it again. */
export async function appendToKeyring(
  events: EventStore,
  { revision }: Keyring,
  written: readonly KeyringEvent[],
): Promise<boolean> {
  const metadata = { schemaVersion: SCHEMA_VERSION };
  const envelopes = written.map(({ type, data }) => ({
    id: randomUUID(),
    type,
    data,
    metadata,
  }));
  try {
    await events.append({ stream: KEYRING_STREAM, expectedRevision: revision, events: envelopes });
    return true;
  } catch (error) {
    if (!isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) throw error;
    return false;
  }
}

function evolve(keyring: Keyring, event: KeyringEvent): Keyring {
  const { kekId } = event.data;
  switch (event.type) {
    case 'KeyEncryptionKeyAdopted': {
      const active = [...without(keyring.active, kekId), event.data];
      return { ...keyring, active, retired: keyring.retired.filter((id) => id !== kekId) };
    }
    case 'KekRotationRequested':
      return { ...keyring, rotationTo: kekId };
    case 'KeyEncryptionKeyRetired': {
      const retired = [...keyring.retired.filter((id) => id !== kekId), kekId];
      return { ...keyring, active: without(keyring.active, kekId), retired };
    }
    default:
      throw new Error('The keyring holds an event of a newer Keyward: run that one.');
  }
}

function without(records: readonly KekRecord[], kekId: string): readonly KekRecord[] {
  return records.filter((record) => record.kekId !== kekId);
}
