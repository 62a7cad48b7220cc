import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReadModelJobs, type JobWriteAnswer } from '../../maintenance/read-model-jobs.service.js';
import { StopReadModelJobCommand } from './stop-read-model-job.command.js';

@CommandHandler(StopReadModelJobCommand)
export class StopReadModelJobHandler implements ICommandHandler<StopReadModelJobCommand> {
  constructor(private readonly jobs: ReadModelJobs) {}

  execute(): Promise<JobWriteAnswer> {
    return this.jobs.stop();
  }
}
