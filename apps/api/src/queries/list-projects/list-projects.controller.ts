import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { id, pageLimit } from '../../http/validation/fields.js';
import { consistencyFields } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { ListProjectsQuery } from './list-projects.query.js';

const DEFAULT_LIMIT = 500;

const OPERATION = defineOperation({
  operation: 'listProjects',
  tag: 'Tenants',
  summary: 'List the projects of an organization',
  description: 'Without those that are archived.',
  query: z.strictObject({
    after: id.optional().describe('`next` of the page before.'),
    limit: pageLimit(DEFAULT_LIMIT),
    ...consistencyFields,
  }),
  answer: z.strictObject({
    items: z.array(z.strictObject({ id: z.string(), name: z.string() })),
    next: z.string().optional().describe('Pass it as `after` for what follows; absent when nothing does.'),
    ...readFields,
  }),
  answerDescription: 'A page of the projects, by id.',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL'],
});

@Controller()
export class ListProjectsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async list(@Input() { path, query }: InputOf<typeof OPERATION>) {
    const { after = '', limit = DEFAULT_LIMIT, ...level } = query;
    const page = { after, limit: Number(limit) };
    const { projects, more, ...asOf } = await this.queries.execute(
      new ListProjectsQuery(path.organizationId, page, this.reader.requirement(level)),
    );
    return { items: projects, ...(more ? { next: projects.at(-1)!.id } : {}), ...asOf };
  }
}
