import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { writeFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { jobFields } from '../../maintenance/read-model-job.response.js';
import { StopReadModelJobCommand } from './stop-read-model-job.command.js';

const OPERATION = defineOperation({
  operation: 'stopReadModelJob',
  tag: 'Read model',
  summary: 'Stop the rebuild or the check that is running',
  description:
    'What is served stays as it is. A rebuild that was stopped can be gone on with for an hour; then what there is of it is removed.',
  answer: z.strictObject({ ...jobFields, ...writeFields }),
  answerDescription: 'How far it was.',
});

@Controller()
export class StopReadModelJobController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  stop(@Input() _input: InputOf<typeof OPERATION>) {
    return this.commands.execute(new StopReadModelJobCommand());
  }
}
