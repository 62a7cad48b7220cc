import type { LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import { keyMaterialStream } from '@keyward/sealing';
import { LRUCache } from 'lru-cache';
import type { SlotRecord } from '../records.js';
import { readProjectedEvent, type KeyMaterial } from './projected-event.js';
import { ProjectionError } from './projection.errors.js';

/**
 * Finds the sealed bytes of a slot's key. They are written before the event that names the key, so
 * they were mostly seen a moment ago; where they were not, the key's own stream has them, unless the
 * key has been destroyed since.
 */
export class KeyMaterials {
  private readonly recent: LRUCache<string, KeyMaterial>;

  constructor(
    private readonly events: Pick<EventStore, 'readStream'>,
    capacity: number,
  ) {
    this.recent = new LRUCache({ max: capacity });
  }

  saw(material: KeyMaterial): void {
    const known = this.recent.get(material.keyId);
    if (known === undefined || known.revision < material.revision) this.recent.set(material.keyId, material);
  }

  /** The slot's newest sealed bytes among those seen, or the record itself when it has them already. */
  sealFromRecent(slot: SlotRecord): SlotRecord {
    const material = slot.state.key === null ? undefined : this.recent.get(slot.state.key.keyId);
    if (material === undefined || material.revision <= (slot.sealedRevision ?? -1n)) return slot;
    return withMaterial(slot, material);
  }

  /** The slot with what its key's own stream holds; without sealed bytes when that stream is gone. */
  async sealFromLog(slot: SlotRecord, keyId: string): Promise<SlotRecord> {
    const found = await lastMaterial(this.events, keyId);
    return found ? withMaterial(slot, found.material) : slot;
  }
}

/** What a key's own stream holds; undefined when it is gone. */
export async function lastMaterial(
  events: Pick<EventStore, 'readStream'>,
  keyId: string,
): Promise<{ readonly material: KeyMaterial; readonly position: LogPosition } | undefined> {
  const last = { direction: 'backwards', maxCount: 1 } as const;
  for await (const recorded of events.readStream(keyMaterialStream(keyId), last)) {
    const projected = readProjectedEvent(recorded);
    if (projected?.kind === 'seals') return { material: projected.material, position: recorded.position };
  }
  return undefined;
}

/** Sealed bytes are bound to one version of one slot's key: under another they would never open. */
function withMaterial(
  slot: SlotRecord,
  { keyId, address, version, sealed, revision }: KeyMaterial,
): SlotRecord {
  const { organizationId, projectId, integrationId } = slot.address;
  const belongs =
    address.organizationId === organizationId &&
    address.projectId === projectId &&
    address.integrationId === integrationId &&
    version === slot.state.key?.version;
  if (!belongs) {
    throw new ProjectionError(
      { stream: keyMaterialStream(keyId), revision },
      'it seals the key of another slot or version',
    );
  }
  const { state } = slot;
  return {
    kind: 'slot',
    address: slot.address,
    revision: slot.revision,
    state,
    sealed,
    sealedRevision: revision,
  };
}
