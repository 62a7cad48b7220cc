import { randomUUID } from 'node:crypto';
import {
  ROLLOUT_STREAM,
  SCHEMA_VERSION,
  keyReadsStream,
  organizationStream,
  projectStream,
  refusalsStream,
  slotStream,
  type DomainEvent,
  type HandOut,
  type Rollout,
} from '@keyward/domain';
import type { EventStore, JsonObject } from '@keyward/event-store';

/** A domain event and the stream that it belongs in. */
export interface SampleEvent {
  readonly stream: string;
  readonly type: DomainEvent['type'];
  readonly data: JsonObject;
}

const START = Date.UTC(2026, 2, 1, 12);

/** @param second after noon of 1 March 2026 */
function provenance(actor: string, second: number): JsonObject {
  const occurredAt = new Date(START + second * 1_000).toISOString();
  return { actor, occurredAt, reason: null, idempotencyKey: null, requestDigest: null };
}

export function at(second: number): Date {
  return new Date(START + second * 1_000);
}

/** Events of one actor at one second; ids of organizations, projects and integrations are as given. */
export function by(actor: string, second = 0) {
  const base = provenance(actor, second);
  const keyEvent = (type: SampleEvent['type'], organizationId: string, more: JsonObject): SampleEvent => {
    const { integrationId = 'openai', projectId = null } = more as {
      integrationId?: string;
      projectId?: string;
    };
    const data = {
      ...base,
      organizationId,
      integrationId,
      keyId: 'key-1',
      version: 1,
      fingerprint: 'fp1',
      ...more,
    };
    return { stream: slotStream({ organizationId, projectId, integrationId }), type, data };
  };
  const set = { lastFour: 'abcd', credentialKind: 'api_key' };
  return {
    registers: (organizationId: string): SampleEvent => ({
      stream: organizationStream(organizationId),
      type: 'OrganizationRegistered',
      data: { ...base, organizationId, name: organizationId, plan: 'enterprise' },
    }),
    registersProject: (organizationId: string, projectId: string): SampleEvent => ({
      stream: projectStream(organizationId, projectId),
      type: 'ProjectRegistered',
      data: { ...base, organizationId, projectId, name: projectId },
    }),
    archivesProject: (organizationId: string, projectId: string): SampleEvent => ({
      stream: projectStream(organizationId, projectId),
      type: 'ProjectArchived',
      data: { ...base, organizationId, projectId },
    }),
    rollsOut: (rollout: Partial<Rollout>): SampleEvent => ({
      stream: ROLLOUT_STREAM,
      type: 'RolloutChanged',
      data: { ...base, percentage: 0, include: [], exclude: [], ...rollout },
    }),
    isRefused: (organizationId: string, more: JsonObject = {}): SampleEvent => ({
      stream: refusalsStream(organizationId),
      type: 'RequestRefused',
      data: {
        ...base,
        organizationId,
        projectId: null,
        integrationId: null,
        operation: 'setOrgKey',
        code: 'FORBIDDEN',
        count: 1,
        firstAt: base['occurredAt'],
        ...more,
      },
    }),
    sets: (organizationId: string, more: JsonObject = {}) =>
      keyEvent('projectId' in more ? 'ProjectKeySet' : 'OrgKeySet', organizationId, { ...set, ...more }),
    removes: (organizationId: string, more: JsonObject = {}) =>
      keyEvent('projectId' in more ? 'ProjectKeyRemoved' : 'OrgKeyRemoved', organizationId, more),
    /** To this actor, once each, where nothing else is said. */
    wasGiven: (organizationId: string, ...handOuts: readonly Partial<HandOut>[]): SampleEvent => ({
      stream: keyReadsStream(organizationId),
      type: 'KeysHandedOut',
      data: {
        ...base,
        actor: 'keyward',
        organizationId,
        recovered: false,
        handOuts: handOuts.map((more) => ({ ...handOutTo(actor, at(second)), ...more })),
      },
    }),
    disables: (organizationId: string, more: JsonObject = {}) =>
      keyEvent('OrgKeyDisabled', organizationId, more),
  };
}

function handOutTo(worker: string, time: Date): HandOut {
  const key = { level: 'organization', integrationId: 'openai', keyId: 'key-1', version: 1 } as const;
  const now = time.toISOString();
  const counts = { [`${now.slice(0, 16)}Z`]: 1 };
  return { worker, projectId: 'website', ...key, firstAt: now, lastAt: now, counts };
}

/** Appends as the api does; answers nothing. */
export async function append(events: EventStore, ...samples: readonly SampleEvent[]): Promise<void> {
  for (const { stream, type, data } of samples) {
    const event = { id: randomUUID(), type, data, metadata: { schemaVersion: SCHEMA_VERSION } };
    await events.append({ stream, expectedRevision: 'any', events: [event] });
  }
}
