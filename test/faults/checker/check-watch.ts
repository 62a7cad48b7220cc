import { slotStream, type SlotAddress } from '@keyward/domain';
import {
  countUpTo,
  kindOf,
  slotOf,
  type LogView,
  type LoggedChange,
  type Place,
  type Violation,
} from './log-view.js';

/** What a watcher asked for. Null: all. */
export interface WatchFilter {
  readonly organizationId: string;
  readonly projectIds: readonly string[] | null;
  readonly integrationIds: readonly string[] | null;
}

export interface SeenChange {
  readonly slot: SlotAddress;
  readonly kind: string;
  readonly version: number;
  readonly keyId: string;
  readonly place: Place;
  readonly affectedProjectIds: readonly string[];
}

/** One message: `through` is its changes_through. */
export interface SeenMessage {
  readonly through: Place;
  readonly event: 'heartbeat' | 'reset' | SeenChange;
}

/** One watch, over as many streams as it took. */
export interface SeenWatch {
  readonly name: string;
  readonly filter: WatchFilter;
  /** Whether more streams may have followed the first: a new one begins after `through`, and so repeats what came ahead of it. */
  readonly resumes: boolean;
  /** Where it began; null: with its first message. */
  readonly after: Place | null;
  readonly messages: readonly SeenMessage[];
}

/**
 * Each change as the log has it, in log order per slot; none missing up to what `changes_through`
 * claims, unless a reset said so; no step back. A repeat is no violation: delivery is at least once.
 */
export function checkWatch(log: LogView, watch: SeenWatch): Violation[] {
  const check = new WatchCheck(log, watch);
  for (const message of watch.messages) check.take(message);
  return check.violations;
}

class WatchCheck {
  readonly violations: Violation[] = [];
  private readonly due: readonly LoggedChange[];
  private readonly seen = new Set<Place>();
  private readonly lastOfSlot = new Map<string, Place>();
  private nextDue = 0;
  private through: Place | null;

  constructor(
    private readonly log: LogView,
    private readonly watch: SeenWatch,
  ) {
    this.through = watch.after;
    this.due = log.changes.filter((change) => mustSee(log, watch.filter, change));
    if (this.through !== null) this.nextDue = countUpTo(this.due, this.through);
  }

  take({ through, event }: SeenMessage): void {
    if (this.through === null)
      this.begin(event === 'reset' || event === 'heartbeat' ? through : event.place - 1);
    if (through < this.through!) this.broken('step_back', `from ${this.through} to ${through}`);
    if (event === 'reset') this.nextDue = countUpTo(this.due, through);
    else if (event !== 'heartbeat') this.change(event);
    this.through = through;
    this.claim(through);
  }

  private begin(place: Place): void {
    this.through = place;
    this.nextDue = countUpTo(this.due, place);
  }

  private change(seen: SeenChange): void {
    const logged = this.log.at(seen.place);
    if (!logged || !isSame(seen, logged)) return this.broken('never_happened', JSON.stringify(seen));
    if (!covers(this.watch.filter, seen.slot)) return this.broken('not_asked_for', JSON.stringify(seen));
    if (!saysWhom(this.log, this.watch.filter, seen)) this.broken('wrong_projects', JSON.stringify(seen));
    this.order(seen);
    this.seen.add(seen.place);
  }

  private order({ slot, place }: SeenChange): void {
    const stream = slotStream(slot);
    const last = this.lastOfSlot.get(stream) ?? 0;
    const isRepeated = this.watch.resumes && this.seen.has(place);
    if (place < last && !isRepeated) this.broken('reordered', `${stream}: ${place} after ${last}`);
    this.lastOfSlot.set(stream, Math.max(last, place));
  }

  /** Everything up to here is said to have been sent. */
  private claim(through: Place): void {
    for (; this.nextDue < this.due.length; this.nextDue++) {
      const { place, event } = this.due[this.nextDue]!;
      if (place > through) return;
      if (!this.seen.has(place))
        this.broken('missing', `${event.type} of ${slotStream(slotOf(event))} at ${place}, told ${through}`);
    }
  }

  private broken(rule: string, what: string): void {
    this.violations.push({ rule, what: `${this.watch.name}: ${what}` });
  }
}

function isSame(seen: SeenChange, { event }: LoggedChange): boolean {
  const { version, keyId } = event.data;
  const isKey = seen.version === version && seen.keyId === keyId && seen.kind === kindOf(event);
  return isKey && slotStream(seen.slot) === slotStream(slotOf(event));
}

function covers({ organizationId, projectIds, integrationIds }: WatchFilter, slot: SlotAddress): boolean {
  if (slot.organizationId !== organizationId) return false;
  if (integrationIds && !integrationIds.includes(slot.integrationId)) return false;
  return slot.projectId === null || !projectIds || projectIds.includes(slot.projectId);
}

/** An organization's change must reach a watcher that named projects if one of them has no key of its own. */
function mustSee(log: LogView, filter: WatchFilter, { place, event }: LoggedChange): boolean {
  const slot = slotOf(event);
  if (!covers(filter, slot)) return false;
  return (
    slot.projectId !== null || !filter.projectIds || affected(log, filter.projectIds, slot, place).length > 0
  );
}

function affected(log: LogView, projectIds: readonly string[], slot: SlotAddress, place: Place): string[] {
  return projectIds.filter((projectId) => log.slotAt({ ...slot, projectId }, place).key === null);
}

/** In doubt a project is named; one that is affected always is. */
function saysWhom(
  log: LogView,
  { projectIds }: WatchFilter,
  { slot, place, affectedProjectIds }: SeenChange,
): boolean {
  if (!projectIds) return affectedProjectIds.length === 0;
  const must = slot.projectId === null ? affected(log, projectIds, slot, place) : [slot.projectId];
  return (
    must.every((id) => affectedProjectIds.includes(id)) &&
    affectedProjectIds.every((id) => projectIds.includes(id))
  );
}
