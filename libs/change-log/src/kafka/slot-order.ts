import { comparePositions, type LogPosition } from '@keyward/contracts';
import { LRUCache } from 'lru-cache';
import type { KeyChange } from '../key-change.js';

const SLOTS_KEPT = 50_000;

/** Drops what is not newer than the last change seen of the same slot: messages come again, and late. */
export class SlotOrder {
  private readonly last: LRUCache<string, LogPosition>;

  constructor(slotsKept = SLOTS_KEPT) {
    this.last = new LRUCache({ max: slotsKept });
  }

  isNew({ organizationId, projectId, integrationId, position }: KeyChange): boolean {
    const slot = `${organizationId}/${projectId ?? ''}/${integrationId}`;
    const last = this.last.get(slot);
    if (last !== undefined && comparePositions(position, last) <= 0) return false;
    this.last.set(slot, position);
    return true;
  }
}
