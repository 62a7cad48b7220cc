import { Controller, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { rolloutFields } from '../../commands/change-rollout/rollout.response.js';
import { readFields, setEtag } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { consistencyQuery } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { GetRolloutQuery } from './get-rollout.query.js';

const OPERATION = defineOperation({
  operation: 'getRollout',
  tag: 'Rollout',
  summary: 'Read the rollout',
  query: consistencyQuery,
  answer: z.strictObject({ ...rolloutFields, ...readFields }),
  answerDescription: 'The rollout.',
  hasEtag: true,
  refusals: ['STALE_READ_MODEL'],
});

@Controller()
export class GetRolloutController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async read(@Input() { query }: InputOf<typeof OPERATION>, @Res({ passthrough: true }) reply: FastifyReply) {
    const answer = await this.queries.execute(new GetRolloutQuery(this.reader.requirement(query)));
    setEtag(reply, answer.version);
    return answer;
  }
}
