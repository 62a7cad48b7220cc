import { ReadModel } from '@keyward/read-model';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ConsistentReader, type AsOf } from '../reading/consistent-reader.js';
import { refusalOf } from '../reading/entitlement.js';
import { knownOrganization } from '../reading/known-tenants.js';
import { GetOrganizationQuery, type OrganizationNow } from './get-organization.query.js';

@QueryHandler(GetOrganizationQuery)
export class GetOrganizationHandler implements IQueryHandler<GetOrganizationQuery> {
  constructor(
    private readonly reader: ConsistentReader,
    private readonly readModel: ReadModel,
  ) {}

  async execute({ organizationId, requirement }: GetOrganizationQuery): Promise<OrganizationNow & AsOf> {
    const { organization, rollout, ...asOf } = await this.reader.read(requirement, async () => {
      const [known, rolloutNow] = await Promise.all([
        this.readModel.organization(organizationId),
        this.readModel.rollout(),
      ]);
      return { organization: known, rollout: rolloutNow };
    });
    const state = knownOrganization(organization?.state);
    return { state, refusal: refusalOf(organizationId, state, rollout?.state), ...asOf };
  }
}
