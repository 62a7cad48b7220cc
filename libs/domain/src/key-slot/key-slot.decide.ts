import type { CredentialKind } from '../catalogue/index.js';
import { accept, refuse, type Decider, type Decision } from '../decider.js';
import { versionConflict, type ExpectedVersion } from '../expected-version.js';
import type { Provenance } from '../provenance.js';
import type { KeyRef, OrgKeyEvent, ProjectKeyEvent } from './key-slot.events.js';
import { EMPTY_SLOT, evolveSlot, type SlotKey, type SlotState } from './key-slot.state.js';

interface SlotCommand {
  readonly organizationId: string;
  readonly integrationId: string;
  readonly expectedVersion: ExpectedVersion;
  readonly provenance: Provenance;
}
interface NewKey {
  /** Id for the version that this command would make. */
  readonly keyId: string;
  readonly fingerprint: string;
  readonly lastFour: string | null;
  readonly credentialKind: CredentialKind;
}
interface InProject {
  readonly projectId: string;
}

export type SetOrgKey = SlotCommand & NewKey & { readonly type: 'SetOrgKey' };
export type RemoveOrgKey = SlotCommand & { readonly type: 'RemoveOrgKey' };
export type DisableOrgKey = SlotCommand & { readonly type: 'DisableOrgKey' };
export type EnableOrgKey = SlotCommand & { readonly type: 'EnableOrgKey' };
export type SetProjectKey = SlotCommand & NewKey & InProject & { readonly type: 'SetProjectKey' };
export type RemoveProjectKey = SlotCommand & InProject & { readonly type: 'RemoveProjectKey' };

export type OrgKeyCommand = SetOrgKey | RemoveOrgKey | DisableOrgKey | EnableOrgKey;
export type ProjectKeyCommand = SetProjectKey | RemoveProjectKey;

export const orgKeySlot: Decider<OrgKeyCommand, SlotState, OrgKeyEvent> = {
  initialState: EMPTY_SLOT,
  evolve: evolveSlot,

  decide(command, state): Decision<OrgKeyEvent> {
    const conflict = versionConflict(command.expectedVersion, state.key?.version ?? null);
    if (conflict) return conflict;
    const slot = { organizationId: command.organizationId, integrationId: command.integrationId };
    if (command.type === 'SetOrgKey') {
      const data = newVersion(command, state);
      return data ? accept({ type: 'OrgKeySet', data: { ...slot, ...data } }) : accept();
    }
    return changeUse(command, state);
  },
};

/** Removing and toggling the organization's key. */
function changeUse(command: Exclude<OrgKeyCommand, SetOrgKey>, state: SlotState): Decision<OrgKeyEvent> {
  const { organizationId, integrationId, provenance } = command;
  if (!state.key) return keyNotSet('organization', integrationId);
  const data = { organizationId, integrationId, ...keyRef(state.key), ...provenance };
  switch (command.type) {
    case 'RemoveOrgKey':
      return accept({ type: 'OrgKeyRemoved', data });
    case 'DisableOrgKey':
      return state.enabled ? accept({ type: 'OrgKeyDisabled', data }) : accept();
    case 'EnableOrgKey':
      return state.enabled ? accept() : accept({ type: 'OrgKeyEnabled', data });
  }
}

export const projectKeySlot: Decider<ProjectKeyCommand, SlotState, ProjectKeyEvent> = {
  initialState: EMPTY_SLOT,
  evolve: evolveSlot,

  decide(command, state): Decision<ProjectKeyEvent> {
    const conflict = versionConflict(command.expectedVersion, state.key?.version ?? null);
    if (conflict) return conflict;
    const { organizationId, projectId, integrationId } = command;
    const slot = { organizationId, projectId, integrationId };
    if (command.type === 'SetProjectKey') {
      const data = newVersion(command, state);
      return data ? accept({ type: 'ProjectKeySet', data: { ...slot, ...data } }) : accept();
    }
    if (!state.key) return keyNotSet('project', integrationId);
    return accept({
      type: 'ProjectKeyRemoved',
      data: { ...slot, ...keyRef(state.key), ...command.provenance },
    });
  },
};

/**
 * Null when the slot holds this very key already. Then nothing happens, also to a slot that is
 * switched off: an automation that repeats its set must not switch a leaked key on again. A key
 * that is new to the slot is in use at once.
 */
function newVersion(command: NewKey & SlotCommand, state: SlotState): (KeyRef & Provenance & NewKey) | null {
  if (state.key?.fingerprint === command.fingerprint) return null;
  const { keyId, fingerprint, lastFour, credentialKind, provenance } = command;
  return { keyId, version: state.lastVersion + 1, fingerprint, lastFour, credentialKind, ...provenance };
}

function keyRef({ keyId, version, fingerprint }: SlotKey): KeyRef {
  return { keyId, version, fingerprint };
}

function keyNotSet(owner: 'organization' | 'project', integrationId: string): Decision<never> {
  return refuse(
    'KEY_NOT_SET',
    `The ${owner} has no key for "${integrationId}", so there is nothing to change.`,
  );
}
