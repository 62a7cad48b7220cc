import { PLANS } from '@keyward/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { consistencyQuery } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { entitlement, toEntitlement } from '../reading/entitlement.js';
import { GetOrganizationQuery } from './get-organization.query.js';

const OPERATION = defineOperation({
  operation: 'getOrganization',
  tag: 'Tenants',
  summary: 'Read an organization',
  query: consistencyQuery,
  answer: z.strictObject({
    id: z.string(),
    name: z.string(),
    plan: z.enum(PLANS),
    version: z.int().describe('For `If-Match`.'),
    entitlement,
    ...readFields,
  }),
  answerDescription: 'Its name, its plan, and whether it may use keys for all its projects.',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL'],
});

@Controller()
export class GetOrganizationController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async get(@Input() { path, query }: InputOf<typeof OPERATION>) {
    const { organizationId: id } = path;
    const { state, refusal, ...asOf } = await this.queries.execute(
      new GetOrganizationQuery(id, this.reader.requirement(query)),
    );
    const { name, plan, version } = state;
    return { id, name, plan, version, entitlement: toEntitlement(refusal), ...asOf };
  }
}
