import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import { jobFields } from '../../maintenance/read-model-job.response.js';
import { GetReadModelJobQuery } from './get-read-model-job.query.js';

const OPERATION = defineOperation({
  operation: 'getReadModelJob',
  tag: 'Read model',
  summary: 'Tell how far the rebuild or the check is that was asked for last, and what it found',
  answer: z.strictObject(jobFields),
  answerDescription: 'How far it is.',
});

@Controller()
export class GetReadModelJobController {
  constructor(private readonly queries: QueryBus) {}

  @Operation(OPERATION)
  read() {
    return this.queries.execute(new GetReadModelJobQuery());
  }
}
