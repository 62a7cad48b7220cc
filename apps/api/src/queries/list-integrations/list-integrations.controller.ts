import { isShareable, type Integration } from '@keyward/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { catalogueItem, integrationFacts } from './integration.response.js';
import { ListIntegrationsQuery } from './list-integrations.query.js';

const OPERATION = defineOperation({
  operation: 'listIntegrations',
  tag: 'Catalogue',
  summary: 'List the integrations',
  answer: z.strictObject({ items: z.array(catalogueItem) }),
  answerDescription: 'The whole catalogue.',
});

@Controller()
export class ListIntegrationsController {
  constructor(private readonly queries: QueryBus) {}

  @Operation(OPERATION)
  async list(@Input() _input: InputOf<typeof OPERATION>) {
    return { items: (await this.queries.execute(new ListIntegrationsQuery())).map(toItem) };
  }
}

function toItem(integration: Integration) {
  const { credentialKinds, documentationUrl, keyFormat, note } = integration;
  return {
    ...integrationFacts(integration),
    shareableKinds: credentialKinds.filter(isShareable),
    documentationUrl,
    ...(keyFormat && { keyFormat }),
    ...(note !== undefined && { note }),
  };
}
