import { Controller, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { setEtag, writeFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { ChangeRolloutCommand } from './change-rollout.command.js';
import { changeRolloutRequest } from './change-rollout.request.js';
import { rolloutFields } from './rollout.response.js';

const OPERATION = defineOperation({
  operation: 'putRollout',
  tag: 'Rollout',
  summary: 'Change the rollout',
  body: changeRolloutRequest,
  example: { percentage: 12.5, include: ['acme'], exclude: [] },
  answer: z.strictObject({ ...rolloutFields, ...writeFields }),
  answerDescription: 'The rollout as it is now.',
  hasEtag: true,
});

@Controller()
export class ChangeRolloutController {
  constructor(private readonly commands: CommandBus) {}

  @Operation(OPERATION)
  async change(
    @Input() { body, request }: InputOf<typeof OPERATION>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.commands.execute(new ChangeRolloutCommand(body, request));
    setEtag(reply, answer.version);
    return answer;
  }
}
