import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { moment } from '../../http/validation/fields.js';
import { keyFacts, keyFactsSchema } from '../reading/key-facts.js';
import type { StandingSlot } from '../reading/standing.js';
import { ListKeysQuery } from './list-keys.query.js';

const slot = z.strictObject({
  integrationId: z.string(),
  projectId: z.string().nullable().describe("Null: the organization's."),
  key: keyFactsSchema.nullable().describe('Null when it was removed.'),
  enabled: z.boolean().describe('Whether the key is used where nothing overrides it.'),
  changedAt: z.string().describe('Of the last change of any kind. RFC 3339, UTC.'),
  changedBy: z.string(),
});

const OPERATION = defineOperation({
  operation: 'listKeys',
  tag: 'History',
  summary: 'List every key of the organization and its projects, now or at a moment',
  description:
    'From the event log alone. A project uses its own key where it has one, else the key of the organization if that is ' +
    'enabled, else none. Without `at` it is as the event log is now.',
  query: z.strictObject({
    at: moment.optional().describe('A moment of the past: an RFC 3339 time or a position.'),
  }),
  answer: z.strictObject({
    projects: z
      .array(z.strictObject({ id: z.string(), name: z.string() }))
      .describe('Those that were not archived, by id.'),
    items: z.array(slot).describe('Every slot that has ever held a key, also of archived projects.'),
    ...readFields,
  }),
  answerDescription: 'All keys as of one position.',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL'],
});

@Controller()
export class ListKeysController {
  constructor(private readonly queries: QueryBus) {}

  @Operation(OPERATION)
  async list(@Input() { path, query }: InputOf<typeof OPERATION>) {
    const {
      projects,
      slots,
      registered: _known,
      ...asOf
    } = await this.queries.execute(new ListKeysQuery(path.organizationId, query.at));
    return {
      projects: [...projects].map(([id, name]) => ({ id, name })),
      items: slots.map(toItem),
      ...asOf,
    };
  }
}

function toItem({ integrationId, projectId, state }: StandingSlot) {
  const { key, enabled, changedAt, changedBy } = state;
  return {
    integrationId,
    projectId,
    key: key && keyFacts(key),
    enabled,
    changedAt: changedAt!,
    changedBy: changedBy!,
  };
}
