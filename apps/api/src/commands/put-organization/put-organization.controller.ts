import { PLANS } from '@keyward/domain';
import { Controller, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { answerPut, writeFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { PutOrganizationCommand } from './put-organization.command.js';
import { putOrganizationRequest } from './put-organization.request.js';

const OPERATION = defineOperation({
  operation: 'putOrganization',
  tag: 'Tenants',
  summary: 'Register an organization, or change its name or plan',
  description:
    'Losing the Enterprise plan refuses setting and enabling at once, and alters nothing that workers look up.',
  body: putOrganizationRequest,
  example: { name: 'Acme Inc.', plan: 'enterprise' },
  answer: z.strictObject({
    organizationId: z.string(),
    name: z.string(),
    plan: z.enum(PLANS),
    version: z.int(),
    ...writeFields,
  }),
  answerDescription: 'The organization as it is now.',
  createdDescription: 'The organization was not registered before.',
  hasEtag: true,
});

@Controller()
export class PutOrganizationController {
  constructor(private readonly commands: CommandBus) {}

  @Operation(OPERATION)
  async put(
    @Input() { path: { organizationId }, body, request }: InputOf<typeof OPERATION>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.commands.execute(
      new PutOrganizationCommand({ organizationId, ...body }, request),
    );
    return answerPut(reply, answer);
  }
}
