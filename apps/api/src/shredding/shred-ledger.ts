import type { LogPosition } from '@keyward/contracts';
import {
  DESTROYED_KEYS_PREFIX,
  readStoredEvent,
  slotStream,
  type KeyDestroyed,
  type SlotAddress,
} from '@keyward/domain';
import type { EventFilter, RecordedEvent } from '@keyward/event-store';
import { readProjectedEvent, type EvolvingEvent, type KeyMaterial } from '@keyward/read-model';
import { KEY_MATERIAL_PREFIX } from '@keyward/sealing';
import type { VersionAddress } from './destroy-key.service.js';

/** The events that the ledger folds. */
export const SHRED_EVENTS: EventFilter = {
  streamPrefixes: ['orgKey-', 'projectKey-', KEY_MATERIAL_PREFIX, DESTROYED_KEYS_PREFIX],
};

/** A version that is in use no more and not destroyed. */
export interface AwaitingVersion extends VersionAddress {
  /** When it went out of use, by the log's clock, in milliseconds. */
  readonly since: number;
}

/** Sealed bytes that no event has named so far. */
export interface UnnamedMaterial {
  readonly keyId: string;
  readonly slot: SlotAddress;
  /** When they were sealed, likewise. */
  readonly since: number;
}

/**
 * What is to be destroyed, folded from the log alone. Holds what waits and not what is in use: it grows with the
 * changes of one retention and not with the number of keys. That a version went out of use is for ever, so what an
 * old ledger says is still true.
 */
export class ShredLedger {
  /** The last event folded. */
  position: LogPosition | 'start' = 'start';
  private readonly waiting = new Map<string, AwaitingVersion>();
  private readonly unnamedMaterial = new Map<string, UnnamedMaterial>();
  /** Called destroyed by the log; their bytes may still be there. */
  private readonly condemnedKeys = new Set<string>();
  /** Named by an event, their bytes not seen before it: deleted, and the fact is yet to come, or wrapped anew. */
  private readonly bytesUnseen = new Set<string>();
  /** Slots whose key was removed: there the next one takes nobody's place. */
  private readonly vacant = new Set<string>();

  get awaiting(): ReadonlyMap<string, AwaitingVersion> {
    return this.waiting;
  }

  get unnamed(): ReadonlyMap<string, UnnamedMaterial> {
    return this.unnamedMaterial;
  }

  get condemned(): ReadonlySet<string> {
    return this.condemnedKeys;
  }

  /** @throws ProjectionError or UnreadableEventError: nothing is destroyed on the word of a log that is not understood. */
  apply(recorded: RecordedEvent): void {
    if (recorded.stream.startsWith(DESTROYED_KEYS_PREFIX)) {
      this.destroyed((readStoredEvent(recorded) as KeyDestroyed).data);
    } else {
      const projected = readProjectedEvent(recorded);
      if (projected?.kind === 'seals') this.sealed(projected.material, recorded.recordedAt.getTime());
      if (projected?.kind === 'evolves') this.changed(projected.event, recorded.recordedAt.getTime());
    }
    this.position = recorded.position;
  }

  /** Its bytes are gone. */
  settleKey(keyId: string): void {
    this.condemnedKeys.delete(keyId);
    this.unnamedMaterial.delete(keyId);
  }

  private sealed({ keyId, address, revision }: KeyMaterial, since: number): void {
    // A second revision is a new wrapping, of a key that was named long before.
    if (this.bytesUnseen.delete(keyId) || revision > 0n) return;
    this.unnamedMaterial.set(keyId, { keyId, slot: address, since });
  }

  /** Of all else that happens nothing puts a version out of use: one that is switched off is kept. */
  private changed(event: EvolvingEvent, since: number): void {
    if (event.type === 'OrgKeySet' || event.type === 'ProjectKeySet') this.set(event.data, since);
    if (event.type === 'OrgKeyRemoved' || event.type === 'ProjectKeyRemoved') this.removed(event.data, since);
  }

  private set(data: SlotChange, since: number): void {
    const slot = addressOf(data);
    if (!this.unnamedMaterial.delete(data.keyId)) this.bytesUnseen.add(data.keyId);
    const replaces = !this.vacant.delete(slotStream(slot)) && data.version > 1;
    if (replaces) this.outOfUse(slot, data.version - 1, since);
  }

  private removed(data: SlotChange, since: number): void {
    const slot = addressOf(data);
    this.vacant.add(slotStream(slot));
    this.outOfUse(slot, data.version, since);
  }

  private outOfUse(slot: SlotAddress, version: number, since: number): void {
    this.waiting.set(nameOf({ slot, version }), { slot, version, since });
  }

  private destroyed({
    keyId,
    version,
    organizationId,
    projectId,
    integrationId,
  }: KeyDestroyed['data']): void {
    this.waiting.delete(nameOf({ slot: { organizationId, projectId, integrationId }, version }));
    if (!this.bytesUnseen.delete(keyId)) this.condemnedKeys.add(keyId);
  }
}

function nameOf({ slot, version }: VersionAddress): string {
  return `${slotStream(slot)} ${version}`;
}

/** Of an event in either kind of slot. */
interface SlotChange {
  readonly organizationId: string;
  readonly projectId?: string;
  readonly integrationId: string;
  readonly keyId: string;
  readonly version: number;
}

function addressOf({ organizationId, projectId, integrationId }: SlotChange): SlotAddress {
  return { organizationId, projectId: projectId ?? null, integrationId };
}
