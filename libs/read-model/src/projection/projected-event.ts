import {
  ROLLOUT_STREAM,
  organizationStream,
  projectStream,
  readStoredEvent,
  slotStream,
  upcast,
  type DomainEvent,
  type SlotAddress,
} from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import { KEY_MATERIAL_PREFIX, keyMaterialStream, type KeySealed, type SealedKey } from '@keyward/sealing';
import type { RecordKey } from '../records.js';
import { problemOfEvent, problemOfKeySealed } from './event-schemas.js';
import type { EvolvingEvent } from './evolving-event.js';
import { ProjectionError } from './projection.errors.js';

const OWN_PREFIXES = ['organization-', 'project-', 'orgKey-', 'projectKey-', KEY_MATERIAL_PREFIX];

/** The streams that the read model follows, for the filter of a subscription. */
export const PROJECTED_STREAM_PREFIXES: readonly string[] = [...OWN_PREFIXES, ROLLOUT_STREAM];

/** One version of a slot's key, sealed, as its own stream holds it. */
export interface KeyMaterial {
  readonly address: SlotAddress;
  readonly keyId: string;
  readonly version: number;
  readonly sealed: SealedKey;
  /** In the key's own stream; higher where the key was wrapped anew. */
  readonly revision: bigint;
}

/** What an event does to the read model: it evolves the record of its stream, or brings a slot's key sealed. */
export type ProjectedEvent = {
  readonly recorded: RecordedEvent;
  readonly key: RecordKey;
  /** The stream that the record folds: what tells one record from another. */
  readonly recordStream: string;
} & (
  | { readonly kind: 'evolves'; readonly event: EvolvingEvent }
  | { readonly kind: 'seals'; readonly material: KeyMaterial }
);

/**
 * An event as the projection understands it; undefined for streams that it does not follow.
 * @throws ProjectionError on anything unknown or malformed in a stream that it does follow
 */
export function readProjectedEvent(recorded: RecordedEvent): ProjectedEvent | undefined {
  const { stream } = recorded;
  if (stream.startsWith(KEY_MATERIAL_PREFIX)) return readKeySealed(recorded);
  const isOurs = stream === ROLLOUT_STREAM || OWN_PREFIXES.some((prefix) => stream.startsWith(prefix));
  return isOurs ? readDomainEvent(recorded) : undefined;
}

function readDomainEvent(recorded: RecordedEvent): ProjectedEvent {
  const event = lifted(recorded, (stored) => evolving(readStoredEvent(stored)));
  const problem = problemOfEvent(event);
  if (problem !== undefined) throw new ProjectionError(recorded, problem);
  const { key, stream } = recordOf(event.type, event.data);
  mustBelong(recorded, stream);
  return { kind: 'evolves', recorded, event, key, recordStream: stream };
}

/** The one place where events of older schema versions are lifted is the domain's. */
function lifted<T>(recorded: RecordedEvent, lift: (recorded: RecordedEvent) => T): T {
  try {
    return lift(recorded);
  } catch (error) {
    throw new ProjectionError(recorded, error instanceof Error ? error.message : 'it is unreadable', error);
  }
}

function evolving(event: DomainEvent): EvolvingEvent {
  if (event.type === 'KeyDestroyed' || event.type === 'RequestRefused' || event.type === 'KeysHandedOut')
    throw new Error(`${event.type} has a stream of its own`);
  return event;
}

function readKeySealed(recorded: RecordedEvent): ProjectedEvent {
  const { type, revision } = recorded;
  if (type !== 'KeySealed') throw new ProjectionError(recorded, `unknown event type "${type.slice(0, 64)}"`);
  const data = lifted(recorded, upcast);
  const problem = problemOfKeySealed(data);
  if (problem !== undefined) throw new ProjectionError(recorded, problem);
  const { organizationId, projectId, integrationId, keyId, version, sealed } = data as KeySealed['data'];
  mustBelong(recorded, keyMaterialStream(keyId));
  const address = { organizationId, projectId, integrationId };
  const material = { address, keyId, version, sealed, revision };
  return {
    kind: 'seals',
    recorded,
    material,
    key: { kind: 'slot', address },
    recordStream: slotStream(address),
  };
}

interface RecordOfEvent {
  readonly key: RecordKey;
  readonly stream: string;
}
type DataOf<T extends EvolvingEvent['type']> = Extract<EvolvingEvent, { readonly type: T }>['data'];
type ProjectAddress = Pick<DataOf<'ProjectRegistered'>, 'organizationId' | 'projectId'>;

const RECORD_OF: { readonly [T in EvolvingEvent['type']]: (data: DataOf<T>) => RecordOfEvent } = {
  OrganizationRegistered: ofOrganization,
  OrganizationRenamed: ofOrganization,
  OrganizationPlanChanged: ofOrganization,
  ProjectRegistered: ofProject,
  ProjectRenamed: ofProject,
  ProjectArchived: ofProject,
  RolloutChanged: () => ({ key: { kind: 'rollout' }, stream: ROLLOUT_STREAM }),
  OrgKeySet: ofOrgSlot,
  OrgKeyRemoved: ofOrgSlot,
  OrgKeyDisabled: ofOrgSlot,
  OrgKeyEnabled: ofOrgSlot,
  ProjectKeySet: ofSlot,
  ProjectKeyRemoved: ofSlot,
};

/** Which record an event evolves, and the stream that the record folds. */
function recordOf<T extends EvolvingEvent['type']>(type: T, data: DataOf<T>): RecordOfEvent {
  return RECORD_OF[type](data);
}

function ofOrganization({ organizationId }: Pick<SlotAddress, 'organizationId'>): RecordOfEvent {
  return { key: { kind: 'organization', organizationId }, stream: organizationStream(organizationId) };
}

function ofProject({ organizationId, projectId }: ProjectAddress): RecordOfEvent {
  return {
    key: { kind: 'project', organizationId, projectId },
    stream: projectStream(organizationId, projectId),
  };
}

function ofOrgSlot({ organizationId, integrationId }: Omit<SlotAddress, 'projectId'>): RecordOfEvent {
  return ofSlot({ organizationId, projectId: null, integrationId });
}

function ofSlot({ organizationId, projectId, integrationId }: SlotAddress): RecordOfEvent {
  const address = { organizationId, projectId, integrationId };
  return { key: { kind: 'slot', address }, stream: slotStream(address) };
}

function mustBelong(recorded: RecordedEvent, stream: string): void {
  if (recorded.stream === stream) return;
  throw new ProjectionError(recorded, `its data belong to stream ${stream}`);
}
