import {
  CHANGE_KIND_OF,
  EMPTY_SLOT,
  effectiveKey,
  evolveSlot,
  slotStream,
  type ChangeKind,
  type EffectiveKey,
  type KeySlotEvent,
  type SlotAddress,
  type SlotState,
} from '@keyward/domain';

/** A place in the log as a number, so that places can be compared: the commit half of the log's positions. */
export type Place = number;

/** One slot event, where the log has it. */
export interface LoggedChange {
  /** The event's. */
  readonly id: string;
  readonly place: Place;
  /** The same place as it is handed out. */
  readonly position: string;
  readonly event: KeySlotEvent;
}

/** What a project uses of an integration. */
export interface ProjectAddress {
  readonly organizationId: string;
  readonly projectId: string;
  readonly integrationId: string;
}

/** A rule that was broken, and by what. */
export interface Violation {
  readonly rule: string;
  readonly what: string;
}

interface Past {
  readonly place: Place;
  readonly state: SlotState;
}

export function slotOf({ data }: KeySlotEvent): SlotAddress {
  const projectId = 'projectId' in data ? data.projectId : null;
  return { organizationId: data.organizationId, projectId, integrationId: data.integrationId };
}

export function kindOf({ type }: KeySlotEvent): ChangeKind {
  return CHANGE_KIND_OF[type];
}

/**
 * The log, against which everything that was seen from outside is held. What a slot was at any place
 * is folded by the domain itself; nothing of the read model takes part.
 */
export class LogView {
  private readonly pasts = new Map<string, Past[]>();
  private readonly byPlace = new Map<Place, LoggedChange>();

  /** @param head - place of the log's last event of any kind */
  constructor(
    readonly changes: readonly LoggedChange[],
    readonly head: Place = changes.at(-1)?.place ?? 0,
  ) {
    for (const change of changes) {
      this.byPlace.set(change.place, change);
      const past = this.pastOf(slotOf(change.event));
      const state = evolveSlot(past.at(-1)?.state ?? EMPTY_SLOT, change.event);
      past.push({ place: change.place, state });
    }
  }

  at(place: Place): LoggedChange | undefined {
    return this.byPlace.get(place);
  }

  /** The slot after everything up to and with that place. */
  slotAt(slot: SlotAddress, place: Place): SlotState {
    const past = this.pastOf(slot);
    return past[countUpTo(past, place) - 1]?.state ?? EMPTY_SLOT;
  }

  effectiveAt({ organizationId, projectId, integrationId }: ProjectAddress, place: Place): EffectiveKey {
    const organization = this.slotAt({ organizationId, projectId: null, integrationId }, place);
    return effectiveKey({
      organization,
      project: this.slotAt({ organizationId, projectId, integrationId }, place),
    });
  }

  /** Every effective key that the address had from that place on, the one at that place first. */
  effectiveSince(address: ProjectAddress, place: Place): EffectiveKey[] {
    const { organizationId, integrationId } = address;
    const slots = [address, { organizationId, projectId: null, integrationId }];
    const places = slots.flatMap((slot) => {
      const past = this.pastOf(slot);
      return past.slice(countUpTo(past, place)).map((each) => each.place);
    });
    return [place, ...places].map((each) => this.effectiveAt(address, each));
  }

  private pastOf(slot: SlotAddress): Past[] {
    const name = slotStream(slot);
    const past = this.pasts.get(name) ?? [];
    this.pasts.set(name, past);
    return past;
  }
}

/** How many lie at or before the place; they are in order. */
export function countUpTo(ordered: readonly { readonly place: Place }[], place: Place): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordered[middle]!.place <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
