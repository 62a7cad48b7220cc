import type { Extent } from '@keyward/read-model';
import { Command } from '@nestjs/cqrs';
import type { JobWriteAnswer } from '../../maintenance/read-model-jobs.service.js';
import type { WriteRequest } from '../../write-side/write-request.js';

export class CheckReadModelCommand extends Command<JobWriteAnswer> {
  constructor(
    readonly extent: Extent,
    /** Null for all. */
    readonly organizationId: string | null,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
