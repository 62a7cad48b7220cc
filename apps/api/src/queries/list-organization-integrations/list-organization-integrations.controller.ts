import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { consistencyQuery } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { toEntitlement } from '../reading/entitlement.js';
import { ListOrganizationIntegrationsQuery } from './list-organization-integrations.query.js';
import { organizationIntegrationsResponse, toItem } from './list-organization-integrations.response.js';

const OPERATION = defineOperation({
  operation: 'listOrgIntegrations',
  tag: 'Organization keys',
  summary: "List the integrations with the organization's keys",
  description:
    'Per integration: whether a key is set and on, its mask, who set it and when, when it was last handed out, and how ' +
    'many projects override it.',
  query: consistencyQuery,
  answer: organizationIntegrationsResponse,
  answerDescription: 'Every integration of the catalogue.',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL'],
});

@Controller()
export class ListOrganizationIntegrationsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async list(@Input() { path, query }: InputOf<typeof OPERATION>) {
    const requirement = this.reader.requirement(query);
    const { integrations, refusal, ...asOf } = await this.queries.execute(
      new ListOrganizationIntegrationsQuery(path.organizationId, requirement),
    );
    return { items: integrations.map(toItem), entitlement: toEntitlement(refusal), ...asOf };
  }
}
