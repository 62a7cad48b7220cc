import type { KeyUse } from '@keyward/history';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { consistencyQuery } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { keyFacts, keyFactsFields, keyFactsSchema } from '../reading/key-facts.js';
import { ListKeyUsageQuery, type ProjectUsage } from './list-key-usage.query.js';

const project = z.strictObject({ projectId: z.string(), name: z.string() });

const use = z.strictObject({
  worker: z.string().describe("Subject of the worker's token."),
  projectId: z.string().describe('The project that it asked for.'),
  keyId: keyFactsFields.keyId,
  version: keyFactsFields.version,
  firstUsedAt: z.string().describe('RFC 3339, UTC.'),
  lastUsedAt: z.string().describe('RFC 3339, UTC.'),
  count: z
    .int()
    .describe('How often it was handed out. A worker that keeps it for its lease does not ask in that time.'),
});

const OPERATION = defineOperation({
  operation: 'listKeyUsage',
  tag: 'Organization keys',
  summary: "List which projects and workers use the organization's key",
  description:
    'What a change of the key would reach: of the projects that are not archived, which use it now, which have a key ' +
    'of their own instead, and which have none to use; and which workers were given it, in which version, and when last. ' +
    'What is handed out is told within `KEYWARD_READ_AUDIT_INTERVAL`.',
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
    uses: z
      .array(use)
      .describe('Workers that were given the key, by version and project, the latest first; at most 1,000.'),
    moreUses: z.boolean().describe('Whether there are older ones.'),
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
    const { organizationSlot, projects, uses, ...asOf } = await this.queries.execute(
      new ListKeyUsageQuery(path, this.reader.requirement(query)),
    );
    const { key, enabled } = organizationSlot;
    return { enabled, key: key && keyFacts(key), ...bySource(projects), uses: uses.map(toUse), ...asOf };
  }
}

function toUse({ firstUsedAt, lastUsedAt, ...facts }: KeyUse) {
  return { ...facts, firstUsedAt: firstUsedAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() };
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
