import { rollout, type RolloutState } from '@keyward/domain';
import { ReadModel } from '@keyward/read-model';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ConsistentReader, type AsOf } from '../reading/consistent-reader.js';
import { GetRolloutQuery } from './get-rollout.query.js';

@QueryHandler(GetRolloutQuery)
export class GetRolloutHandler implements IQueryHandler<GetRolloutQuery> {
  constructor(
    private readonly reader: ConsistentReader,
    private readonly readModel: ReadModel,
  ) {}

  execute({ requirement }: GetRolloutQuery): Promise<RolloutState & AsOf> {
    return this.reader.read(
      requirement,
      async () => (await this.readModel.rollout())?.state ?? rollout.initialState,
    );
  }
}
