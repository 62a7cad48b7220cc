import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { writeFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { strictObject } from '../../http/validation/fields.js';
import { REBUILD_EXTENT, rebuildExtent } from '../../maintenance/extent.js';
import { jobFields } from '../../maintenance/read-model-job.response.js';
import { RebuildReadModelCommand } from './rebuild-read-model.command.js';

const OPERATION = defineOperation({
  operation: 'rebuildReadModel',
  tag: 'Read model',
  summary: 'Build the read model anew from the event log, and switch to it',
  description:
    'Only asks for it: a projector does it, and goes on after a restart. Lookups are answered meanwhile from what is there. The new one is compared with the log before it takes that place in one step; when it differs it does not. Asking while it is running joins it; one that was stopped is gone on with.',
  body: strictObject({ check: rebuildExtent }),
  bodyOptional: true,
  example: { check: 'whole' },
  answer: z.strictObject({ ...jobFields, ...writeFields }),
  answerDescription: 'How far it is.',
  refusals: ['READ_MODEL_BUSY'],
});

@Controller()
export class RebuildReadModelController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  rebuild(@Input() { body, request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new RebuildReadModelCommand(body.check ?? REBUILD_EXTENT, request));
  }
}
