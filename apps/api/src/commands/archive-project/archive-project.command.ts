import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';
import type { ProjectAnswer } from '../projects/project.answer.js';

/** Archives a project: its lookups are refused until it is put again. */
export class ArchiveProjectCommand extends Command<ProjectAnswer & WriteAnswer> {
  constructor(
    readonly project: { readonly organizationId: string; readonly projectId: string },
    readonly request: WriteRequest,
  ) {
    super();
  }
}
