import type { KeyChange } from '@keyward/change-log';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { slotStream, type SlotAddress } from '@keyward/domain';

/** What a slot held at a place of the log, as far as the changes seen tell. */
export type SlotPast =
  | 'key'
  | 'no key'
  /** No change of the slot was seen: it is as it was at {@link SlotPasts.knownFrom}. */
  | 'untouched'
  | 'unknown';

type Seen = Pick<KeyChange, 'kind' | 'version' | 'position'>;

const SLOTS_KEPT = 50_000;
const CHANGES_PER_SLOT = 8;

/** Remembers the last changes of the slots that changed last. */
export class SlotPasts {
  /** Least recently changed first. */
  private readonly slots = new Map<string, Seen[]>();
  private forgottenTo: LogPosition = START_OF_LOG;

  constructor(private readonly slotsKept = SLOTS_KEPT) {}

  /** Of every slot, all changes after this position are remembered or known to be none. */
  get knownFrom(): LogPosition {
    return this.forgottenTo;
  }

  /** Where the slot's last change was; undefined when none is remembered. */
  lastPosition(slot: SlotAddress): LogPosition | undefined {
    return this.slots.get(slotStream(slot))?.at(-1)?.position;
  }

  /** Changes of one slot come in log order, without repeats. */
  add(change: KeyChange): void {
    const name = slotStream(change);
    const seen = this.slots.get(name) ?? [];
    seen.push({ kind: change.kind, version: change.version, position: change.position });
    if (seen.length > CHANGES_PER_SLOT) this.forget(seen.shift()!);
    this.slots.delete(name);
    this.slots.set(name, seen);
    if (this.slots.size > this.slotsKept) this.forgetOldest();
  }

  /** A project's slot just before the change at `position`. */
  before(position: LogPosition, slot: SlotAddress): SlotPast {
    const seen = this.slots.get(slotStream(slot));
    const last = seen?.findLast((change) => comparePositions(change.position, position) < 0);
    if (last) return last.kind === 'removed' ? 'no key' : 'key';
    if (comparePositions(position, this.forgottenTo) <= 0) return 'unknown';
    return seen ? beforeFirst(seen[0]!) : 'untouched';
  }

  /** Forgets what was up to `floor`, where changes may have been missed. */
  forgetTo(floor: LogPosition): void {
    for (const [name, seen] of this.slots) {
      const later = seen.filter(({ position }) => comparePositions(position, floor) > 0);
      if (later.length > 0) this.slots.set(name, later);
      else this.slots.delete(name);
    }
    if (comparePositions(floor, this.forgottenTo) > 0) this.forgottenTo = floor;
  }

  private forgetOldest(): void {
    const [name, seen] = this.slots.entries().next().value!;
    this.slots.delete(name);
    this.forget(seen.at(-1)!);
  }

  private forget({ position }: Seen): void {
    if (comparePositions(position, this.forgottenTo) > 0) this.forgottenTo = position;
  }
}

/** A key is removed only where there is one, and version 1 is the first key that a slot ever had. */
function beforeFirst({ kind, version }: Seen): SlotPast {
  if (kind !== 'set') return 'key';
  return version === 1 ? 'no key' : 'unknown';
}
