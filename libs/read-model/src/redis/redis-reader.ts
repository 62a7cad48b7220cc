import { ReadModelUnavailableError } from '../read-model.errors.js';
import type {
  LookupAddress,
  LookupEntry,
  OrganizationSlots,
  ProjectSlots,
  ReadModelStatus,
} from '../read-model.port.js';
import type { OrganizationRecord, ProjectRecord, RolloutRecord, SlotRecord } from '../records.js';
import { NOTHING_THERE } from './meta.js';
import { ReadRounds, type Ask, type RedisParts } from './read-rounds.js';
import type { RecordReads, WantedRecord } from './record-reads.js';

const NO_ENTRY: LookupEntry = Object.freeze({
  organization: undefined,
  project: undefined,
  organizationSlot: undefined,
  projectSlot: undefined,
});

/** The reading side over Redis. */
export class RedisReader {
  private readonly rounds: ReadRounds;

  constructor(parts: RedisParts) {
    this.rounds = new ReadRounds(parts);
  }

  bindTo(storeId: string): void {
    this.rounds.bindTo(storeId);
  }

  async status(): Promise<ReadModelStatus> {
    return (await this.rounds.ask(() => () => undefined, true))?.status ?? NOTHING_THERE;
  }

  async lookup(
    addresses: readonly LookupAddress[],
  ): Promise<{ status: ReadModelStatus; entries: readonly LookupEntry[] }> {
    const answer = await this.rounds.ask((reads) => {
      const entries = addresses.map((address) => wantEntry(reads, address));
      return () => entries.map((entry) => entry());
    });
    if (!answer) return { status: NOTHING_THERE, entries: addresses.map(() => NO_ENTRY) };
    return { status: answer.status, entries: answer.value };
  }

  organization(organizationId: string): Promise<OrganizationRecord | undefined> {
    return this.one((reads) => reads.record({ kind: 'organization', organizationId }));
  }

  project(organizationId: string, projectId: string): Promise<ProjectRecord | undefined> {
    return this.one((reads) => reads.record({ kind: 'project', organizationId, projectId }));
  }

  rollout(): Promise<RolloutRecord | undefined> {
    return this.one((reads) => reads.record({ kind: 'rollout' }));
  }

  organizationSlots(
    organizationId: string,
    integrationIds: readonly string[],
  ): Promise<readonly OrganizationSlots[]> {
    return this.mustAsk((reads) => {
      const wanted = integrationIds.map((integrationId) => ({
        integrationId,
        slot: reads.slot(organizationId, null, integrationId),
        hash: reads.hash(organizationId, integrationId),
      }));
      return () =>
        wanted.map(({ integrationId, slot, hash }) => ({
          integrationId,
          organizationSlot: slotOf(reads, slot),
          overridingProjects: reads.countOf(hash),
        }));
    });
  }

  projectSlots(
    organizationId: string,
    projectId: string,
    integrationIds: readonly string[],
  ): Promise<readonly ProjectSlots[]> {
    return this.mustAsk((reads) => {
      const wanted = integrationIds.map((integrationId) => ({
        integrationId,
        organization: reads.slot(organizationId, null, integrationId),
        project: reads.slot(organizationId, projectId, integrationId),
      }));
      return () =>
        wanted.map(({ integrationId, organization, project }) => ({
          integrationId,
          organizationSlot: slotOf(reads, organization),
          projectSlot: slotOf(reads, project),
        }));
    });
  }

  slotsOfProjects(
    organizationId: string,
    integrationId: string,
    projectIds: readonly string[],
  ): Promise<readonly (SlotRecord | undefined)[]> {
    return this.mustAsk((reads) => {
      const wanted = projectIds.map((projectId) => reads.slot(organizationId, projectId, integrationId));
      return () => wanted.map((slot) => slotOf(reads, slot));
    });
  }

  private one<T>(want: (reads: RecordReads) => WantedRecord): Promise<T | undefined> {
    return this.mustAsk((reads) => {
      const wanted = want(reads);
      return () => reads.valueOf(wanted) as T | undefined;
    });
  }

  /** For answers that carry no status: there "nothing" would be a lie where there is no read model. */
  private async mustAsk<T>(ask: Ask<T>): Promise<T> {
    const answer = await this.rounds.ask(ask);
    if (!answer) throw new ReadModelUnavailableError('is not there: its store is empty, or another one');
    return answer.value;
  }
}

function wantEntry(
  reads: RecordReads,
  { organizationId, projectId, integrationId }: LookupAddress,
): () => LookupEntry {
  const organization = reads.record({ kind: 'organization', organizationId });
  const project = reads.record({ kind: 'project', organizationId, projectId });
  const organizationSlot = reads.slot(organizationId, null, integrationId);
  const projectSlot = reads.slot(organizationId, projectId, integrationId);
  return () => ({
    organization: reads.valueOf(organization) as OrganizationRecord | undefined,
    project: reads.valueOf(project) as ProjectRecord | undefined,
    organizationSlot: slotOf(reads, organizationSlot),
    projectSlot: slotOf(reads, projectSlot),
  });
}

function slotOf(reads: RecordReads, wanted: WantedRecord): SlotRecord | undefined {
  return reads.valueOf(wanted) as SlotRecord | undefined;
}
