import type { LogPosition } from '@keyward/contracts';
import { EMPTY_SLOT, type SlotAddress } from '@keyward/domain';
import type { SealedKey } from '@keyward/sealing';
import type { OrganizationRecord, ProjectRecord, RolloutRecord, SlotRecord } from '../records.js';

export const STORE = 'log-a';
export const OTHER_STORE = 'log-b';

/** The n-th place of a log, with both its numbers beyond what a double can hold. */
export const at = (n: number): LogPosition => {
  const place = 9_007_199_254_740_993n + BigInt(n);
  return { commit: place, prepare: place - 1n };
};

export const sealedKey = (label: string): SealedKey => ({
  format: 1,
  kekId: 'kek-1',
  wrappedDataKey: `wrapped-${label}`,
  commitment: 'commitment',
  nonce: 'nonce',
  ciphertext: `ciphertext-${label}`,
  tag: 'tag',
});

export const organizationRecord = (organizationId: string, revision = 0n): OrganizationRecord => ({
  kind: 'organization',
  organizationId,
  revision,
  state: {
    registered: true,
    name: `${organizationId} ${revision} é✓`,
    plan: 'enterprise',
    version: Number(revision) + 1,
  },
});

export const projectRecord = (organizationId: string, projectId: string, revision = 0n): ProjectRecord => ({
  kind: 'project',
  organizationId,
  projectId,
  revision,
  state: { status: 'active', name: `${projectId} ${revision}`, version: Number(revision) + 1 },
});

export const rolloutRecord = (revision = 0n): RolloutRecord => ({
  kind: 'rollout',
  revision,
  state: { percentage: 12.5, include: ['acme'], exclude: ['globex'], version: Number(revision) + 1 },
});

export const orgSlot = (organizationId: string, integrationId: string): SlotAddress => ({
  organizationId,
  projectId: null,
  integrationId,
});

export const projectSlot = (
  organizationId: string,
  projectId: string,
  integrationId: string,
): SlotAddress => ({
  organizationId,
  projectId,
  integrationId,
});

/** A slot that holds a key; the revision shows in the key, so that two revisions never look alike. */
export function slotWithKey(address: SlotAddress, revision = 0n, sealedRevision = 0n): SlotRecord {
  const version = Number(revision) + 1;
  const keyId = `key-${address.projectId ?? 'org'}-${revision}`;
  return {
    kind: 'slot',
    address,
    revision,
    state: {
      key: {
        keyId,
        version,
        fingerprint: `fp1_${revision}`,
        lastFour: null,
        credentialKind: 'api_key',
        setAt: '2026-03-01T12:00:00.000Z',
        setBy: 'alice',
      },
      enabled: true,
      lastVersion: version,
      changedAt: '2026-03-01T12:00:00.000Z',
      changedBy: 'alice',
    },
    sealed: sealedKey(`${keyId}-${sealedRevision}`),
    sealedRevision,
  };
}

/** A slot whose key was removed. */
export const slotWithoutKey = (address: SlotAddress, revision: bigint): SlotRecord => ({
  kind: 'slot',
  address,
  revision,
  state: { ...EMPTY_SLOT, lastVersion: 1, changedAt: '2026-03-02T12:00:00.000Z', changedBy: 'bob' },
  sealed: null,
  sealedRevision: null,
});
