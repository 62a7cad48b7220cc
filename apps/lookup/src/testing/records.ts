import { EMPTY_SLOT, type SlotAddress, type SlotState } from '@keyward/domain';
import type { OrganizationRecord, ProjectRecord, SlotRecord } from '@keyward/read-model';
import { Secret, type Sealer } from '@keyward/sealing';

export const SET_AT = '2026-03-04T05:06:07.089Z';

export interface SlotChoices {
  readonly version?: number;
  readonly enabled?: boolean;
}

/** Read model records as the projector would have written them, each a revision newer than the last. */
export class Records {
  #revision = 0n;

  constructor(private readonly sealer: Sealer) {}

  organization(organizationId: string): OrganizationRecord {
    const state = { registered: true, name: organizationId, plan: 'enterprise', version: 1 } as const;
    return { kind: 'organization', organizationId, revision: this.#next(), state };
  }

  project(
    organizationId: string,
    projectId: string,
    status: 'active' | 'archived' = 'active',
  ): ProjectRecord {
    const state = { status, name: projectId, version: 1 };
    return { kind: 'project', organizationId, projectId, revision: this.#next(), state };
  }

  /** A slot that holds this secret, sealed for this very slot. */
  async slot(
    address: SlotAddress,
    secret: string,
    { version = 1, enabled = true }: SlotChoices = {},
  ): Promise<SlotRecord> {
    const { organizationId, projectId, integrationId } = address;
    const keyId = `key-${organizationId}-${projectId ?? ''}-${integrationId}-${version}`;
    const sealed = await this.sealer.seal(Secret.fromUtf8(secret), {
      organizationId,
      projectId,
      integrationId,
      keyId,
      version,
    });
    const key = {
      keyId,
      version,
      fingerprint: `fp1_${keyId}`,
      lastFour: null,
      credentialKind: 'api_key',
      setAt: SET_AT,
      setBy: 'ada',
    } as const;
    const state: SlotState = { key, enabled, lastVersion: version, changedAt: SET_AT, changedBy: 'ada' };
    return { kind: 'slot', address, revision: this.#next(), state, sealed, sealedRevision: 0n };
  }

  /** A slot whose key was removed. */
  removed(address: SlotAddress): SlotRecord {
    const state = { ...EMPTY_SLOT, lastVersion: 1, changedAt: SET_AT, changedBy: 'ada' };
    return { kind: 'slot', address, revision: this.#next(), state, sealed: null, sealedRevision: null };
  }

  /** The same slot with something about it altered, as a later event would. */
  altered(record: SlotRecord, change: Partial<Pick<SlotRecord, 'state' | 'sealed' | 'address'>>): SlotRecord {
    return { ...record, ...change, revision: this.#next() };
  }

  #next(): bigint {
    this.#revision += 1n;
    return this.#revision;
  }
}
