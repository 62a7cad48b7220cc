import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import { GetKeyEncryptionKeysQuery } from './get-key-encryption-keys.query.js';
import { kekStatusFields } from './key-encryption-keys.response.js';

const OPERATION = defineOperation({
  operation: 'getKeyEncryptionKeys',
  tag: 'Key encryption keys',
  summary: 'Tell which key encryption keys are needed, and how far a rotation is',
  answer: z.strictObject(kekStatusFields),
  answerDescription: 'Ids and counts; never a key.',
});

@Controller()
export class GetKeyEncryptionKeysController {
  constructor(private readonly queries: QueryBus) {}

  @Operation(OPERATION)
  read() {
    return this.queries.execute(new GetKeyEncryptionKeysQuery());
  }
}
