import { Query } from '@nestjs/cqrs';
import type { JobAnswer } from '../../maintenance/read-model-jobs.service.js';

/** The rebuild or the check that was asked for last. */
export class GetReadModelJobQuery extends Query<JobAnswer> {}
