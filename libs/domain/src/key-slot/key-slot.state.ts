import type { CredentialKind } from '../catalogue/index.js';
import type { KeyRef, KeySlotEvent } from './key-slot.events.js';

/** The key that a slot holds: everything about it but its bytes. */
export type SlotKey = KeyRef & {
  readonly lastFour: string | null;
  readonly credentialKind: CredentialKind;
  readonly setAt: string;
  readonly setBy: string;
};

/** One slot, organization's or project's. A project slot is never disabled: to stop its use it is removed. */
export type SlotState = {
  /** Null when never set, or removed. */
  readonly key: SlotKey | null;
  readonly enabled: boolean;
  /** Version of the last key ever set here, 0 when none was. */
  readonly lastVersion: number;
  /** The last event's time and actor; null when there was none. */
  readonly changedAt: string | null;
  readonly changedBy: string | null;
};

export const EMPTY_SLOT: SlotState = {
  key: null,
  enabled: false,
  lastVersion: 0,
  changedAt: null,
  changedBy: null,
};

export function evolveSlot(state: SlotState, event: KeySlotEvent): SlotState {
  const { actor: changedBy, occurredAt: changedAt } = event.data;
  switch (event.type) {
    case 'OrgKeySet':
    case 'ProjectKeySet': {
      const { keyId, version, fingerprint, lastFour, credentialKind } = event.data;
      const key = {
        keyId,
        version,
        fingerprint,
        lastFour,
        credentialKind,
        setAt: changedAt,
        setBy: changedBy,
      };
      return { key, enabled: true, lastVersion: version, changedAt, changedBy };
    }
    case 'OrgKeyRemoved':
    case 'ProjectKeyRemoved':
      return { ...state, key: null, enabled: false, changedAt, changedBy };
    case 'OrgKeyDisabled':
      return { ...state, enabled: false, changedAt, changedBy };
    case 'OrgKeyEnabled':
      return { ...state, enabled: true, changedAt, changedBy };
  }
}

/** How either kind of slot is folded. */
export const keySlot = { initialState: EMPTY_SLOT, evolve: evolveSlot };
