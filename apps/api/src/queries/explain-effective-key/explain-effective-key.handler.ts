import { encodePosition } from '@keyward/contracts';
import { EMPTY_SLOT, effectiveKey, explainEffectiveKey, type CandidateSlots } from '@keyward/domain';
import { EventStore } from '@keyward/event-store';
import { ReadModel } from '@keyward/read-model';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { checkIntegration } from '../reading/check-integration.js';
import { ConsistentReader, type AsOf, type Requirement } from '../reading/consistent-reader.js';
import { knownOrganization, knownProject } from '../reading/known-tenants.js';
import { EffectiveKeyHistory } from './effective-key-history.js';
import {
  ExplainEffectiveKeyQuery,
  type Explanation,
  type KeyAddress,
} from './explain-effective-key.query.js';

@QueryHandler(ExplainEffectiveKeyQuery)
export class ExplainEffectiveKeyHandler implements IQueryHandler<ExplainEffectiveKeyQuery> {
  constructor(
    private readonly reader: ConsistentReader,
    private readonly readModel: ReadModel,
    private readonly history: EffectiveKeyHistory,
    private readonly events: EventStore,
  ) {}

  async execute({ address, when }: ExplainEffectiveKeyQuery): Promise<Explanation & AsOf> {
    const { slots, ...asOf } =
      'at' in when ? await this.inThePast(address, when.at) : await this.atPresent(address, when.requirement);
    return { effective: effectiveKey(slots), candidates: explainEffectiveKey(slots), ...asOf };
  }

  private async atPresent(
    address: KeyAddress,
    requirement: Requirement,
  ): Promise<{ slots: CandidateSlots } & AsOf> {
    const { entries, ...asOf } = await this.reader.read(requirement, () => this.readModel.lookup([address]));
    const { organization, project, organizationSlot, projectSlot } = entries[0]!;
    knownOrganization(organization?.state);
    knownProject(project?.state);
    checkIntegration(address.integrationId);
    const slots = {
      organization: organizationSlot?.state ?? EMPTY_SLOT,
      project: projectSlot?.state ?? EMPTY_SLOT,
    };
    return { slots, ...asOf };
  }

  private async inThePast(address: KeyAddress, at: string): Promise<{ slots: CandidateSlots } & AsOf> {
    const { slots, position } = await this.history.slotsAt(address, at);
    checkIntegration(address.integrationId);
    return { slots, position: encodePosition(this.events.storeId, position) };
  }
}
