import { accept, refuse, type Decider, type Decision } from '../decider.js';
import { versionConflict, type ExpectedVersion } from '../expected-version.js';
import type { KeyRef, SlotAddress } from '../key-slot/key-slot.events.js';
import type { SlotState } from '../key-slot/key-slot.state.js';
import type { Provenance } from '../provenance.js';

export const DESTROYED_KEYS_PREFIX = 'destroyedKeys-';

/** Apart from the slot's own stream, where every event is a change of an effective key. */
export function destroyedKeysStream({ organizationId, projectId, integrationId }: SlotAddress): string {
  const slot =
    projectId === null ? [organizationId, integrationId] : [organizationId, projectId, integrationId];
  return DESTROYED_KEYS_PREFIX + slot.join('~');
}

/** Somebody asked for it, or the time was over for which a version is kept that is in use no more. */
export type DestructionCause = 'request' | 'retention';

/**
 * One version of a slot's key is given up for good. Written before its sealed bytes are deleted, so that it is never
 * untold who had them destroyed; whoever is cut off in between is made up for by whoever reads this.
 * Names and fields are a storage format: change them only with a new schemaVersion and an upcaster.
 */
export type KeyDestroyed = {
  readonly type: 'KeyDestroyed';
  readonly data: Provenance & SlotAddress & KeyRef & { readonly cause: DestructionCause };
};

export type DestroyKeyVersion = {
  readonly type: 'DestroyKeyVersion';
  readonly address: SlotAddress;
  readonly version: number;
  /** The slot as of now, or of any earlier time: a version once out of use never comes back into it. */
  readonly slot: SlotState;
  /** The version's own facts; undefined when the slot never had it. */
  readonly key: KeyRef | undefined;
  readonly cause: DestructionCause;
  readonly expectedVersion: ExpectedVersion;
  readonly provenance: Provenance;
};

/** Which versions of one slot's key are destroyed. */
export type DestroyedKeysState = readonly KeyRef[];

export const destroyedKeys: Decider<DestroyKeyVersion, DestroyedKeysState, KeyDestroyed> = {
  initialState: [],

  decide(command, state): Decision<KeyDestroyed> {
    const { slot, key, version } = command;
    const present = slot.key?.version ?? null;
    const conflict = versionConflict(command.expectedVersion, present);
    if (conflict) return conflict;
    if (!key || version > slot.lastVersion) return unknownVersion(version, slot.lastVersion);
    if (present === version) return inUse(version);
    const isDestroyed = state.some((destroyed) => destroyed.version === version);
    return isDestroyed ? accept() : accept(destruction(command, key));
  },

  evolve(state, { data: { keyId, version, fingerprint } }) {
    return [...state, { keyId, version, fingerprint }];
  },
};

function destruction(
  { address, version, cause, provenance }: DestroyKeyVersion,
  { keyId, fingerprint }: KeyRef,
): KeyDestroyed {
  return { type: 'KeyDestroyed', data: { ...address, keyId, version, fingerprint, cause, ...provenance } };
}

function unknownVersion(version: number, lastVersion: number): Decision<never> {
  const there = lastVersion === 0 ? 'No key was ever set here' : `Its versions are 1 to ${lastVersion}`;
  return refuse('UNKNOWN_KEY_VERSION', `There never was a version ${version} of this key. ${there}.`);
}

function inUse(version: number): Decision<never> {
  return refuse(
    'KEY_VERSION_IN_USE',
    `Version ${version} is the present one, also while it is switched off. Remove the key or set another first, then destroy version ${version}.`,
    { version: String(version) },
  );
}
