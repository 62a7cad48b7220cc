import { randomUUID } from 'node:crypto';
import type { LogPosition } from '@keyward/contracts';
import type { KeyChange } from '../key-change.js';

export function positionAt(place: number): LogPosition {
  return { commit: BigInt(place), prepare: BigInt(place) };
}

/** A change at a place of the log; what the test does not care about is filled in. */
export function aKeyChange(place: number, wanted: Partial<KeyChange> = {}): KeyChange {
  return {
    id: randomUUID(),
    organizationId: 'acme',
    projectId: null,
    integrationId: 'openai',
    kind: 'set',
    version: 1,
    keyId: `key-${place}`,
    fingerprint: 'fp1_AAAAAAAAAAAAAAAAAAAAAA',
    actor: 'alice',
    position: positionAt(place),
    occurredAt: '2026-03-01T12:00:00.000Z',
    ...wanted,
  };
}
