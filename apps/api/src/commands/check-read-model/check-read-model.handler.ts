import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReadModelJobs, type JobWriteAnswer } from '../../maintenance/read-model-jobs.service.js';
import { CheckReadModelCommand } from './check-read-model.command.js';

@CommandHandler(CheckReadModelCommand)
export class CheckReadModelHandler implements ICommandHandler<CheckReadModelCommand> {
  constructor(private readonly jobs: ReadModelJobs) {}

  execute({ extent, organizationId, request }: CheckReadModelCommand): Promise<JobWriteAnswer> {
    return this.jobs.ask({ kind: 'check', extent, organizationId }, request);
  }
}
