import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { projectResponse } from '../projects/project.response.js';
import { ArchiveProjectCommand } from './archive-project.command.js';

const OPERATION = defineOperation({
  operation: 'archiveProject',
  tag: 'Tenants',
  summary: 'Archive a project',
  description: 'Its lookups are refused until it is registered again.',
  answer: projectResponse,
  answerDescription: 'The project as it is now.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_PROJECT'],
});

@Controller()
export class ArchiveProjectController {
  constructor(private readonly commands: CommandBus) {}

  @Operation(OPERATION)
  async archive(@Input() { path: { organizationId, projectId }, request }: InputOf<typeof OPERATION>) {
    const { created: _, ...answer } = await this.commands.execute(
      new ArchiveProjectCommand({ organizationId, projectId }, request),
    );
    return answer;
  }
}
