import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';
import type { ProjectAnswer } from '../projects/project.answer.js';

/** Registers a project, renames it, or restores it from the archive with the keys it had. */
export class PutProjectCommand extends Command<ProjectAnswer & WriteAnswer> {
  constructor(
    readonly project: { readonly organizationId: string; readonly projectId: string; readonly name: string },
    readonly request: WriteRequest,
  ) {
    super();
  }
}
