import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { writeFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { id, strictObject } from '../../http/validation/fields.js';
import { sample } from '../../maintenance/extent.js';
import { jobFields } from '../../maintenance/read-model-job.response.js';
import { CheckReadModelCommand } from './check-read-model.command.js';

const OPERATION = defineOperation({
  operation: 'checkReadModel',
  tag: 'Read model',
  summary: 'Compare the read model with the event log, and name each difference',
  description:
    'Only asks for it: a projector does it, as of where the log ends then, and changes nothing. The answer to `GET /v1/read-model/job` has the differences.',
  body: strictObject({
    sample,
    organizationId: id.optional().describe('Compare only what is of this organization.'),
  }),
  bodyOptional: true,
  example: { organizationId: 'acme' },
  answer: z.strictObject({ ...jobFields, ...writeFields }),
  answerDescription: 'How far it is.',
  refusals: ['READ_MODEL_BUSY'],
});

@Controller()
export class CheckReadModelController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  check(@Input() { body, request }: InputOf<typeof OPERATION>) {
    const { sample: extent = 'whole', organizationId = null } = body;
    return this.commands.execute(new CheckReadModelCommand(extent, organizationId, request));
  }
}
