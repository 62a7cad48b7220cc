import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { consistencyQuery } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { keyFacts, keyFactsSchema } from '../reading/key-facts.js';
import { ListKeyUsageQuery, type ProjectUsage } from './list-key-usage.query.js';

const project = z.strictObject({ projectId: z.string(), name: z.string() });

const OPERATION = defineOperation({
  operation: 'listKeyUsage',
  tag: 'Organization keys',
  summary: "List which projects use the organization's key",
  description:
    'What a change of the key would reach: of the projects that are not archived, which use it now, which have a key ' +
    'of their own instead, and which have none to use.',
  query: consistencyQuery,
  answer: z.strictObject({
    enabled: z.boolean().describe('Whether the key is set and switched on.'),
    key: keyFactsSchema.nullable().describe("The organization's key; null when none is set."),
    using: z.array(project).describe("Projects that use the organization's key."),
    overriding: z
      .array(project.extend({ key: keyFactsSchema }))
      .describe('Projects with a key of their own, which is shown.'),
    without: z
      .array(project.extend({ reason: z.enum(['not_set', 'disabled']) }))
      .describe('Projects that have no key to use, and why.'),
    ...readFields,
  }),
  answerDescription: 'Every project that is not archived, in one of the three lists, by id.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_INTEGRATION', 'STALE_READ_MODEL'],
});

@Controller()
export class ListKeyUsageController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
  ) {}

  @Operation(OPERATION)
  async list(@Input() { path, query }: InputOf<typeof OPERATION>) {
    const { organizationSlot, projects, ...asOf } = await this.queries.execute(
      new ListKeyUsageQuery(path, this.reader.requirement(query)),
    );
    const { key, enabled } = organizationSlot;
    return { enabled, key: key && keyFacts(key), ...bySource(projects), ...asOf };
  }
}

function bySource(projects: readonly ProjectUsage[]) {
  const of = (wanted: ProjectUsage['source']) => projects.filter(({ source }) => source === wanted);
  const named = ({ projectId, name }: ProjectUsage) => ({ projectId, name });
  return {
    using: of('organization').map(named),
    overriding: of('project').map((each) => ({ ...named(each), key: keyFacts(each.key!) })),
    without: of(null).map((each) => ({ ...named(each), reason: each.reason! })),
  };
}
