import { CATALOGUE, EMPTY_SLOT, effectiveKey } from '@keyward/domain';
import { ReadModel, type ProjectSlots } from '@keyward/read-model';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ConsistentReader, type AsOf } from '../reading/consistent-reader.js';
import { HistoryReader } from '../reading/history-reader.js';
import { knownOrganization, knownProject } from '../reading/known-tenants.js';
import { ListProjectIntegrationsQuery, type ProjectIntegration } from './list-project-integrations.query.js';

const INTEGRATION_IDS = [...CATALOGUE.keys()];

@QueryHandler(ListProjectIntegrationsQuery)
export class ListProjectIntegrationsHandler implements IQueryHandler<ListProjectIntegrationsQuery> {
  constructor(
    private readonly reader: ConsistentReader,
    private readonly readModel: ReadModel,
    private readonly history: HistoryReader,
  ) {}

  async execute(
    query: ListProjectIntegrationsQuery,
  ): Promise<{ integrations: readonly ProjectIntegration[]; lastUsedAsOf: string | null } & AsOf> {
    const { organizationId, projectId } = query.project;
    const { organization, project, slots, ...asOf } = await this.reader.read(query.requirement, () =>
      this.readOnce(organizationId, projectId),
    );
    knownOrganization(organization?.state);
    knownProject(project?.state);
    const effective = slots.map(toIntegration);
    const keyIds = effective.flatMap((each) => keyIdOf(each) ?? []);
    const { of, lastUsedAsOf } = await this.history.lastUses(keyIds);
    const integrations = effective.map((each) => ({ ...each, lastUsedAt: of(keyIdOf(each)) }));
    return { integrations, lastUsedAsOf, ...asOf };
  }

  private async readOnce(organizationId: string, projectId: string) {
    const [organization, project, slots] = await Promise.all([
      this.readModel.organization(organizationId),
      this.readModel.project(organizationId, projectId),
      this.readModel.projectSlots(organizationId, projectId, INTEGRATION_IDS),
    ]);
    return { organization, project, slots };
  }
}

type Effective = Omit<ProjectIntegration, 'lastUsedAt'>;

function keyIdOf({ effective }: Effective): string | undefined {
  return effective.outcome === 'found' ? effective.key.keyId : undefined;
}

function toIntegration({ integrationId, organizationSlot, projectSlot }: ProjectSlots): Effective {
  const project = projectSlot?.state ?? EMPTY_SLOT;
  const effective = effectiveKey({ organization: organizationSlot?.state ?? EMPTY_SLOT, project });
  return { integrationId, effective, overrides: project.key !== null };
}
