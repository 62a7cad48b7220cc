import { Controller, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { answerPut } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { projectResponse } from '../projects/project.response.js';
import { PutProjectCommand } from './put-project.command.js';
import { putProjectRequest } from './put-project.request.js';

const OPERATION = defineOperation({
  operation: 'putProject',
  tag: 'Tenants',
  summary: 'Register a project, or rename it',
  description: 'An archived project is registered again, with the keys it had.',
  body: putProjectRequest,
  example: { name: 'Website' },
  answer: projectResponse,
  answerDescription: 'The project as it is now.',
  createdDescription: 'The project was not registered before.',
  hasEtag: true,
  refusals: ['UNKNOWN_ORGANIZATION'],
});

@Controller()
export class PutProjectController {
  constructor(private readonly commands: CommandBus) {}

  @Operation(OPERATION)
  async put(
    @Input() { path: { organizationId, projectId }, body, request }: InputOf<typeof OPERATION>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const project = { organizationId, projectId, name: body.name };
    return answerPut(reply, await this.commands.execute(new PutProjectCommand(project, request)));
  }
}
