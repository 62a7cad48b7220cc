import type { LookupAddress, LookupEntry, OrganizationSlots } from '../read-model.port.js';
import type {
  OrganizationRecord,
  ProjectRecord,
  ReadModelRecord,
  RecordKey,
  RolloutRecord,
  SlotRecord,
} from '../records.js';
import { supersedes } from '../supersedes.js';

interface IntegrationSlots {
  organizationSlot: SlotRecord | undefined;
  readonly projectSlots: Map<string, SlotRecord>;
  /** Counted as slots change, so that a listing costs the same at any number of projects. */
  overridingProjects: number;
}

interface Tenant {
  organization: OrganizationRecord | undefined;
  readonly projects: Map<string, ProjectRecord>;
  readonly integrations: Map<string, IntegrationSlots>;
}

const NOTHING: LookupEntry = Object.freeze({
  organization: undefined,
  project: undefined,
  organizationSlot: undefined,
  projectSlot: undefined,
});

/** Records in nested maps: one step per id of an address, and no string is built to find one. */
export class MemoryRecords {
  private readonly tenants = new Map<string, Tenant>();
  private rolloutRecord: RolloutRecord | undefined;

  entry({ organizationId, projectId, integrationId }: LookupAddress): LookupEntry {
    const tenant = this.tenants.get(organizationId);
    if (tenant === undefined) return NOTHING;
    const slots = tenant.integrations.get(integrationId);
    return {
      organization: tenant.organization,
      project: tenant.projects.get(projectId),
      organizationSlot: slots?.organizationSlot,
      projectSlot: slots?.projectSlots.get(projectId),
    };
  }

  organizationSlots(organizationId: string, integrationId: string): OrganizationSlots {
    const slots = this.tenants.get(organizationId)?.integrations.get(integrationId);
    return {
      integrationId,
      organizationSlot: slots?.organizationSlot,
      overridingProjects: slots?.overridingProjects ?? 0,
    };
  }

  organization(organizationId: string): OrganizationRecord | undefined {
    return this.tenants.get(organizationId)?.organization;
  }

  project(organizationId: string, projectId: string): ProjectRecord | undefined {
    return this.tenants.get(organizationId)?.projects.get(projectId);
  }

  rollout(): RolloutRecord | undefined {
    return this.rolloutRecord;
  }

  slot(organizationId: string, projectId: string | null, integrationId: string): SlotRecord | undefined {
    const slots = this.tenants.get(organizationId)?.integrations.get(integrationId);
    return projectId === null ? slots?.organizationSlot : slots?.projectSlots.get(projectId);
  }

  find(key: RecordKey): ReadModelRecord | undefined {
    switch (key.kind) {
      case 'organization':
        return this.organization(key.organizationId);
      case 'project':
        return this.project(key.organizationId, key.projectId);
      case 'rollout':
        return this.rolloutRecord;
      case 'slot':
        return this.slot(key.address.organizationId, key.address.projectId, key.address.integrationId);
    }
  }

  /** Keeps the record if it is newer than what is here. */
  put(record: ReadModelRecord): void {
    if (!supersedes(record, this.find(record))) return;
    switch (record.kind) {
      case 'organization':
        this.tenant(record.organizationId).organization = record;
        break;
      case 'project':
        this.tenant(record.organizationId).projects.set(record.projectId, record);
        break;
      case 'rollout':
        this.rolloutRecord = record;
        break;
      case 'slot':
        this.putSlot(record);
    }
  }

  /** Those of one organization, or with null all. They may change while they are gone through. */
  *all(organizationId: string | null): Generator<ReadModelRecord, void, undefined> {
    if (organizationId !== null) return yield* recordsOf(this.tenants.get(organizationId));
    if (this.rolloutRecord) yield this.rolloutRecord;
    for (const tenant of this.tenants.values()) yield* recordsOf(tenant);
  }

  private putSlot(record: SlotRecord): void {
    const { organizationId, projectId, integrationId } = record.address;
    const slots = this.integration(organizationId, integrationId);
    if (projectId === null) {
      slots.organizationSlot = record;
      return;
    }
    slots.overridingProjects += overrides(record) - overrides(slots.projectSlots.get(projectId));
    slots.projectSlots.set(projectId, record);
  }

  private tenant(organizationId: string): Tenant {
    let tenant = this.tenants.get(organizationId);
    if (tenant === undefined) {
      tenant = { organization: undefined, projects: new Map(), integrations: new Map() };
      this.tenants.set(organizationId, tenant);
    }
    return tenant;
  }

  private integration(organizationId: string, integrationId: string): IntegrationSlots {
    const { integrations } = this.tenant(organizationId);
    let slots = integrations.get(integrationId);
    if (slots === undefined) {
      slots = { organizationSlot: undefined, projectSlots: new Map(), overridingProjects: 0 };
      integrations.set(integrationId, slots);
    }
    return slots;
  }
}

function* recordsOf(tenant: Tenant | undefined): Generator<ReadModelRecord, void, undefined> {
  if (!tenant) return;
  if (tenant.organization) yield tenant.organization;
  yield* tenant.projects.values();
  for (const { organizationSlot, projectSlots } of tenant.integrations.values()) {
    if (organizationSlot) yield organizationSlot;
    yield* projectSlots.values();
  }
}

function overrides(slot: SlotRecord | undefined): 0 | 1 {
  return slot?.state.key ? 1 : 0;
}
