import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AsOf } from '../reading/consistent-reader.js';
import { HistoryReader } from '../reading/history-reader.js';
import { ReadHistoryQuery, type HistoryOf } from './read-history.query.js';

@QueryHandler(ReadHistoryQuery)
export class ReadHistoryHandler implements IQueryHandler<ReadHistoryQuery> {
  constructor(private readonly history: HistoryReader) {}

  execute({ wanted, requirement }: ReadHistoryQuery): Promise<HistoryOf & AsOf> {
    return this.history.read(wanted, requirement);
  }
}
