import type { Candidate } from '@keyward/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { moment } from '../../http/validation/fields.js';
import { invalidRequest } from '../../http/validation/violations.js';
import { consistencyFields } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { effectiveKeyAnswer, effectiveKeyFields } from '../reading/effective-key.response.js';
import { keyFacts, keyFactsSchema } from '../reading/key-facts.js';
import { ExplainEffectiveKeyQuery, type When } from './explain-effective-key.query.js';

const candidate = z.strictObject({
  source: z.enum(['organization', 'project']),
  verdict: z.enum(['effective', 'overridden', 'not_set', 'disabled']),
  why: z.string().describe('A sentence.'),
  key: keyFactsSchema.nullable(),
});

const query = z.strictObject({
  ...consistencyFields,
  at: moment
    .optional()
    .describe(
      'A moment of the past: an RFC 3339 time or a position. Answered from the event log; goes with no level of consistency.',
    ),
});

const OPERATION = defineOperation({
  operation: 'explainEffectiveKey',
  tag: 'Project keys',
  summary: 'Tell which key the project uses, and why',
  description:
    "The project's own key; else the organization's, if set and switched on; else none, with a reason. Never the key itself.",
  query,
  answer: z.strictObject({
    ...effectiveKeyFields,
    candidates: z.array(candidate).describe('In order of precedence, each with the reason for its fate.'),
    ...readFields,
  }),
  answerDescription: 'The effective key.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_PROJECT', 'UNKNOWN_INTEGRATION', 'STALE_READ_MODEL'],
});

@Controller()
export class ExplainEffectiveKeyController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async explain(@Input() input: InputOf<typeof OPERATION>) {
    const { effective, candidates, ...asOf } = await this.queries.execute(
      new ExplainEffectiveKeyQuery(input.path, this.when(input.query)),
    );
    return { ...effectiveKeyAnswer(effective), candidates: candidates.map(toCandidate), ...asOf };
  }

  private when({ at, ...level }: z.output<typeof query>): When {
    const requirement = this.reader.requirement(level);
    if (at === undefined) return { requirement };
    if (requirement === null) return { at };
    throw invalidRequest([
      { field: 'at', rule: 'goes with no level of consistency: it is answered from the event log itself' },
    ]);
  }
}

function toCandidate({ source, verdict, why, key }: Candidate) {
  return { source, verdict, why, key: key && keyFacts(key) };
}
