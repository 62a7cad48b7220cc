import { randomUUID } from 'node:crypto';
import type { LogPosition } from '@keyward/contracts';
import { slotStream, type KeySlotEvent, type SlotAddress } from '@keyward/domain';
import type { EventStore, JsonObject } from '@keyward/event-store';

export const ORG_SLOT: SlotAddress = { organizationId: 'acme', projectId: null, integrationId: 'openai' };
export const PROJECT_SLOT: SlotAddress = { ...ORG_SLOT, projectId: 'website' };

/** Data of a slot event as the api writes it. */
export function slotEventData(slot: SlotAddress, wanted: JsonObject = {}): JsonObject {
  const { projectId, ...rest } = slot;
  return {
    ...rest,
    ...(projectId === null ? {} : { projectId }),
    keyId: 'key-1',
    version: 1,
    fingerprint: 'fp1_AAAAAAAAAAAAAAAAAAAAAA',
    lastFour: '7f2c',
    credentialKind: 'api_key',
    actor: 'alice',
    occurredAt: '2026-03-01T12:00:00.000Z',
    reason: null,
    idempotencyKey: null,
    requestDigest: null,
    ...wanted,
  };
}

/** Appends one event to a slot's stream; answers its position. */
export async function appendSlotEvent(
  store: EventStore,
  slot: SlotAddress,
  type: KeySlotEvent['type'],
  wanted: JsonObject = {},
): Promise<LogPosition> {
  const event = {
    id: randomUUID(),
    type,
    data: slotEventData(slot, wanted),
    metadata: { schemaVersion: 1 },
  };
  const { position } = await store.append({
    stream: slotStream(slot),
    expectedRevision: 'any',
    events: [event],
  });
  return position;
}

/** An event that is no change: it moves the log's head only. */
export async function appendOtherEvent(store: EventStore): Promise<LogPosition> {
  const event = {
    id: randomUUID(),
    type: 'OrganizationRegistered',
    data: {},
    metadata: { schemaVersion: 1 },
  };
  const append = { stream: 'organization-acme', expectedRevision: 'any' as const, events: [event] };
  return (await store.append(append)).position;
}
