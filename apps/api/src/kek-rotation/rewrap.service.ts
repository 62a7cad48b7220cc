import { SCHEMA_VERSION, keySlot, slotStream } from '@keyward/domain';
import { EventStore, isEventStoreError, type JsonObject, type RecordedEvent } from '@keyward/event-store';
import { readProjectedEvent, type KeyMaterial } from '@keyward/read-model';
import {
  FINGERPRINT_KEY_PREFIX,
  Sealer,
  parseSealedFingerprintKey,
  type FingerprintKeySealed,
  type KeySealed,
} from '@keyward/sealing';
import { Injectable } from '@nestjs/common';
import { AggregateStore } from '../write-side/aggregate-store.js';
import { derivedUuid } from '../write-side/write-request.js';

/** `unnamed`: no event has named this key yet, and one still may. `settled`: nothing is left to do. */
export type Rewrapped = 'settled' | 'unnamed';

const LAST = { direction: 'backwards', maxCount: 1 } as const;

/** Wraps one stream's data key by the current key encryption key. Harmless to repeat and to do in several copies. */
@Injectable()
export class RewrapService {
  constructor(
    private readonly events: EventStore,
    private readonly sealer: Sealer,
    private readonly aggregates: AggregateStore,
  ) {}

  /** @throws SealingError where the key does not unwrap; EventStoreError where the log is out of reach. */
  async rewrap(stream: string): Promise<Rewrapped> {
    // A stream that is deleted gives nothing.
    for await (const recorded of this.events.readStream(stream, LAST)) {
      return stream.startsWith(FINGERPRINT_KEY_PREFIX) ? this.fingerprintKey(recorded) : this.key(recorded);
    }
    return 'settled';
  }

  private async key(recorded: RecordedEvent): Promise<Rewrapped> {
    const projected = readProjectedEvent(recorded);
    if (projected?.kind !== 'seals' || projected.material.sealed.kekId === this.sealer.kekId)
      return 'settled';
    const { material } = projected;
    const use = await this.useOf(material);
    if (use !== 'present') return use;
    const { address, keyId, version } = material;
    const binding = { ...address, keyId, version };
    const data: KeySealed['data'] = {
      ...binding,
      sealed: await this.sealer.rewrap(material.sealed, binding),
    };
    return this.replace(recorded, data);
  }

  /** One that is in use no more is never opened again: it is left to the retention, under the key that it has. */
  private async useOf({ address, keyId, version }: KeyMaterial): Promise<'present' | Rewrapped> {
    const { state } = await this.aggregates.load(keySlot, slotStream(address));
    if (state.key?.keyId === keyId) return 'present';
    return version <= state.lastVersion ? 'settled' : 'unnamed';
  }

  private async fingerprintKey(recorded: RecordedEvent): Promise<Rewrapped> {
    const { organizationId, sealed } = recorded.data as unknown as FingerprintKeySealed['data'];
    if (sealed.kekId === this.sealer.kekId) return 'settled';
    const rewrapped = await this.sealer.rewrapFingerprintKey(
      parseSealedFingerprintKey(sealed),
      organizationId,
    );
    return this.replace(recorded, { organizationId, sealed: rewrapped });
  }

  private async replace({ stream, type, revision }: RecordedEvent, data: object): Promise<Rewrapped> {
    const id = derivedUuid(type, stream, String(revision + 1n), this.sealer.kekId);
    const event = { id, type, data: data as JsonObject, metadata: { schemaVersion: SCHEMA_VERSION } };
    try {
      await Promise.all([
        // The wrapping by the old key is to be gone, not only out of date.
        revision === 0n && this.events.setMaxCount(stream, 1),
        this.events.append({ stream, expectedRevision: revision, events: [event] }),
      ]);
    } catch (error) {
      const overtaken =
        isEventStoreError(error, 'WRONG_EXPECTED_REVISION') || isEventStoreError(error, 'STREAM_DELETED');
      if (!overtaken) throw error;
    }
    return 'settled';
  }
}
