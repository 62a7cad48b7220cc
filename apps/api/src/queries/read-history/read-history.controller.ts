import { InvalidPositionError, decodePosition, type LogPosition } from '@keyward/contracts';
import { EventStore } from '@keyward/event-store';
import { HISTORY_KINDS } from '@keyward/history';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { id, oneOf, pageLimit, positionToken, subject, time } from '../../http/validation/fields.js';
import { readTime } from '../../http/validation/time.js';
import { invalidRequest } from '../../http/validation/violations.js';
import { consistencyFields } from '../reading/consistency.query.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { historyItem, toItem } from './history-item.response.js';
import { ReadHistoryQuery } from './read-history.query.js';

const DEFAULT_LIMIT = 100;

const query = z.strictObject({
  project: id.optional().describe('Only what concerns this project alone.'),
  integration: id.optional().describe('Only changes of keys for this integration.'),
  actor: subject
    .optional()
    .describe('Only what this subject did; with `kind=read`, what this worker was given.'),
  kind: oneOf(HISTORY_KINDS)
    .optional()
    .describe('Only what is of this kind. Left out: all but `read`, of which there is much.'),
  from: time.optional().describe('Only what occurred at this time or later.'),
  to: time.optional().describe('Only what occurred before this time.'),
  after: positionToken
    .optional()
    .describe('What comes after it in the order asked for: `next` of the page before, or any position.'),
  limit: pageLimit(DEFAULT_LIMIT),
  order: oneOf(['oldest_first', 'newest_first'])
    .optional()
    .describe('Left out: oldest_first, the newest last.'),
  ...consistencyFields,
});

const OPERATION = defineOperation({
  operation: 'readHistory',
  tag: 'History',
  summary: 'Read what happened in the organization',
  description:
    'Who did what, when and why, and what policy refused to whom, in the order of the event log; never a key. Filters combine. Who was given which key is told with `kind=read` alone. A change of the rollout is ' +
    'shown where it brings the organization in or takes it out, and the registration says whether it was in then. Without a level of consistency the answer has everything ' +
    'that was in the event log when it was asked.',
  query,
  answer: z.strictObject({
    items: z.array(historyItem),
    next: z.string().optional().describe('Pass it as `after` for what follows; absent when nothing does.'),
    ...readFields,
  }),
  answerDescription: 'A page of the history.',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL'],
});

@Controller()
export class ReadHistoryController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reader: ConsistentReader,
    private readonly events: EventStore,
  ) {}

  @Operation(OPERATION)
  async read(@Input() { path, query: wanted }: InputOf<typeof OPERATION>) {
    const { minimize_latency, at_least_as_fresh, fully_consistent, ...filter } = wanted;
    const requirement = this.reader.requirement({ minimize_latency, at_least_as_fresh, fully_consistent });
    const { entries, more, ...asOf } = await this.queries.execute(
      new ReadHistoryQuery({ organizationId: path.organizationId, ...this.filterOf(filter) }, requirement),
    );
    const items = entries.map((entry) => toItem(this.events.storeId, entry));
    const next = more ? { next: items.at(-1)!.position } : {};
    return { items, ...next, ...asOf };
  }

  private filterOf({ project, integration, actor, kind, order, ...wanted }: z.output<typeof query>) {
    return {
      projectId: project,
      integrationId: integration,
      actor,
      kind,
      from: toTime(wanted.from),
      to: toTime(wanted.to),
      after: this.toPosition(wanted.after),
      order,
      limit: Number(wanted.limit ?? DEFAULT_LIMIT),
    };
  }

  private toPosition(after: string | undefined): LogPosition | undefined {
    try {
      return after === undefined ? undefined : decodePosition(this.events.storeId, after);
    } catch (error) {
      if (!(error instanceof InvalidPositionError)) throw error;
      throw invalidRequest([{ field: 'after', rule: error.message }]);
    }
  }
}

function toTime(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : readTime(text)!;
}
