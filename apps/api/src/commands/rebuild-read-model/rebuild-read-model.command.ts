import type { Extent } from '@keyward/read-model';
import { Command } from '@nestjs/cqrs';
import type { JobWriteAnswer } from '../../maintenance/read-model-jobs.service.js';
import type { WriteRequest } from '../../write-side/write-request.js';

export class RebuildReadModelCommand extends Command<JobWriteAnswer> {
  constructor(
    readonly extent: Extent,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
