import { CATALOGUE, type Integration } from '@keyward/domain';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ListIntegrationsQuery } from './list-integrations.query.js';

@QueryHandler(ListIntegrationsQuery)
export class ListIntegrationsHandler implements IQueryHandler<ListIntegrationsQuery> {
  async execute(): Promise<readonly Integration[]> {
    return [...CATALOGUE.values()];
  }
}
