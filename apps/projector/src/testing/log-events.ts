import { SCHEMA_VERSION, orgKeyStream } from '@keyward/domain';
import type { EventStore, JsonObject } from '@keyward/event-store';
import { keyMaterialStream } from '@keyward/sealing';
import { randomUUID } from 'node:crypto';

const by = {
  actor: 'alice',
  occurredAt: '2026-03-01T12:00:00.000Z',
  reason: null,
  idempotencyKey: null,
  requestDigest: null,
};
const SEALED = {
  format: 1,
  kekId: 'kek-1',
  wrappedDataKey: 'wrapped',
  commitment: 'commitment',
  nonce: 'nonce',
  ciphertext: 'ciphertext',
  tag: 'tag',
};

/** One event in a stream of its own choice. */
export async function append(log: EventStore, stream: string, type: string, data: JsonObject): Promise<void> {
  const event = { id: randomUUID(), type, data, metadata: { schemaVersion: SCHEMA_VERSION } };
  await log.append({ stream, expectedRevision: 'any', events: [event] });
}

/** Sets version 1, 2, 3 ... of an organization's key, as the api does. */
export async function setOrgKey(log: EventStore, organizationId: string, version = 1): Promise<void> {
  const slot = { organizationId, integrationId: 'openai' };
  const keyId = `${organizationId}-${version}`;
  const sealed = { ...slot, projectId: null, keyId, version, sealed: SEALED };
  await append(log, keyMaterialStream(keyId), 'KeySealed', sealed);
  await append(log, orgKeyStream(organizationId, 'openai'), 'OrgKeySet', {
    ...by,
    ...slot,
    keyId,
    version,
    fingerprint: `fp1_${version}`,
    lastFour: null,
    credentialKind: 'api_key',
  });
}

/** Waits for something to become true, in real time. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
