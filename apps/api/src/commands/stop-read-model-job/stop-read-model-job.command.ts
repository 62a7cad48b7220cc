import { Command } from '@nestjs/cqrs';
import type { JobWriteAnswer } from '../../maintenance/read-model-jobs.service.js';

/** Stops the rebuild or the check that is running. */
export class StopReadModelJobCommand extends Command<JobWriteAnswer> {}
