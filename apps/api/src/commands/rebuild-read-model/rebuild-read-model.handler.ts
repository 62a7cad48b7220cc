import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReadModelJobs, type JobWriteAnswer } from '../../maintenance/read-model-jobs.service.js';
import { RebuildReadModelCommand } from './rebuild-read-model.command.js';

@CommandHandler(RebuildReadModelCommand)
export class RebuildReadModelHandler implements ICommandHandler<RebuildReadModelCommand> {
  constructor(private readonly jobs: ReadModelJobs) {}

  execute({ extent, request }: RebuildReadModelCommand): Promise<JobWriteAnswer> {
    return this.jobs.ask({ kind: 'rebuild', extent, organizationId: null }, request);
  }
}
