import { findIntegration } from '@keyward/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { integrationFacts, integrationFields } from '../list-integrations/integration.response.js';
import { consistencyQuery } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { lastUsedAtField, lastUsedFields } from '../reading/last-used.response.js';
import { effectiveKeyAnswer, effectiveKeyFields } from '../reading/effective-key.response.js';
import { ListProjectIntegrationsQuery, type ProjectIntegration } from './list-project-integrations.query.js';

const item = z.strictObject({
  ...integrationFields,
  effective: z.strictObject(effectiveKeyFields).describe('The key that the project uses.'),
  overrides: z.boolean().describe('Whether the project has a key of its own.'),
  lastUsedAt: lastUsedAtField,
});

const OPERATION = defineOperation({
  operation: 'listProjectIntegrations',
  tag: 'Project keys',
  summary: 'List the integrations with the keys that the project uses',
  query: consistencyQuery,
  answer: z.strictObject({ items: z.array(item), ...lastUsedFields, ...readFields }),
  answerDescription: 'Every integration of the catalogue.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_PROJECT', 'STALE_READ_MODEL'],
});

@Controller()
export class ListProjectIntegrationsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async list(@Input() { path, query }: InputOf<typeof OPERATION>) {
    const requirement = this.reader.requirement(query);
    const { integrations, ...asOf } = await this.queries.execute(
      new ListProjectIntegrationsQuery(path, requirement),
    );
    return { items: integrations.map(toItem), ...asOf };
  }
}

function toItem({ integrationId, effective, overrides, lastUsedAt }: ProjectIntegration) {
  return {
    ...integrationFacts(findIntegration(integrationId)!),
    effective: effectiveKeyAnswer(effective),
    overrides,
    lastUsedAt,
  };
}
