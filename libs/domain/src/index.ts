export {
  CATALOGUE,
  CREDENTIAL_KINDS,
  findIntegration,
  isShareable,
  type CredentialKind,
  type Integration,
  type KeyFormat,
} from './catalogue/index.js';
export {
  accept,
  fold,
  refuse,
  type Decider,
  type Decision,
  type Refusal,
  type RefusalCode,
} from './decider.js';
export {
  DESTROYED_KEYS_PREFIX,
  destroyedKeys,
  destroyedKeysStream,
  type DestroyKeyVersion,
  type DestroyedKeysState,
  type DestructionCause,
  type KeyDestroyed,
} from './destroyed-keys/destroyed-keys.js';
export {
  effectiveKey,
  explainEffectiveKey,
  type Candidate,
  type CandidateSlots,
  type EffectiveKey,
  type KeySource,
  type NotConfiguredReason,
} from './effective-key.js';
export { versionConflict, type ExpectedVersion } from './expected-version.js';
export {
  KEY_READS_PREFIX,
  keyReadsStream,
  type HandOut,
  type KeysHandedOut,
} from './hand-outs/keys-handed-out.js';
export { ID_PATTERN, ID_RULE, isId } from './ids.js';
export {
  orgKeySlot,
  projectKeySlot,
  type OrgKeyCommand,
  type ProjectKeyCommand,
  type RemoveOrgKey,
  type RemoveProjectKey,
  type SetOrgKey,
  type SetProjectKey,
  type DisableOrgKey,
  type EnableOrgKey,
} from './key-slot/key-slot.decide.js';
export {
  CHANGE_KIND_OF,
  orgKeyStream,
  projectKeyStream,
  slotStream,
  type ChangeKind,
  type KeyRef,
  type KeySlotEvent,
  type OrgKeyEvent,
  type ProjectKeyEvent,
  type SlotAddress,
} from './key-slot/key-slot.events.js';
export { EMPTY_SLOT, evolveSlot, keySlot, type SlotKey, type SlotState } from './key-slot/key-slot.state.js';
export {
  PLANS,
  organization,
  organizationStream,
  type OrganizationEvent,
  type OrganizationState,
  type Plan,
  type PutOrganization,
} from './organization/organization.js';
export {
  checkCredentialKind,
  checkEntitlement,
  checkKeyPolicy,
  type KeyIntent,
  type KeyPolicyFacts,
} from './policy/key-policy.js';
export {
  project,
  projectStream,
  unknownProject,
  type ArchiveProject,
  type ProjectEvent,
  type ProjectState,
  type PutProject,
} from './project/project.js';
export type { ActorKind, Provenance } from './provenance.js';
export { refusalsStream, type RequestRefused } from './refusals/refusals.js';
export {
  ROLLOUT_STREAM,
  isInRollout,
  rollout,
  rolloutBucket,
  type ChangeRollout,
  type Rollout,
  type RolloutEvent,
  type RolloutState,
} from './rollout/rollout.js';
export { readStoredEvent, type DomainEvent } from './stored-event.js';
export {
  DOMAIN_STREAM_PREFIXES,
  eventSubject,
  streamOwner,
  type StreamOwner,
} from './streams/stream-owner.js';
export { SCHEMA_VERSION, UnreadableEventError, upcast, type StoredEvent } from './upcasting/upcast.js';
