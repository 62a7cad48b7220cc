import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelJobs, type JobAnswer } from '../../maintenance/read-model-jobs.service.js';
import { GetReadModelJobQuery } from './get-read-model-job.query.js';

@QueryHandler(GetReadModelJobQuery)
export class GetReadModelJobHandler implements IQueryHandler<GetReadModelJobQuery> {
  constructor(private readonly jobs: ReadModelJobs) {}

  execute(): Promise<JobAnswer> {
    return this.jobs.current();
  }
}
