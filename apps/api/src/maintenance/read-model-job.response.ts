import { z } from 'zod';

const facts = z
  .strictObject({
    revision: z.int().nullable().describe("Of the record's stream: 0 is its first event."),
    version: z.int().nullable().describe('Of the key; of anything else, how many events there were.'),
    state: z
      .string()
      .describe('Of a key `set`, `disabled` or `not set`; else its plan, status or percentage.'),
  })
  .nullable();

const difference = z.strictObject({
  record: z.enum(['organization', 'project', 'rollout', 'key']),
  organizationId: z.string().nullable(),
  projectId: z.string().nullable().describe("Of a key: null is the organization's."),
  integrationId: z.string().nullable(),
  kind: z
    .enum(['missing', 'extra', 'altered', 'older', 'newer', 'unreadable', 'miscounted'])
    .describe('What is wrong with the read model.'),
  differsIn: z.array(z.string()).describe('The fields; of `sealed` bytes only that they differ.'),
  log: facts.describe('What the event log says; null when it knows nothing of it.'),
  readModel: facts.describe('What the read model says; null when there is nothing, or nothing readable.'),
});

const job = z.strictObject({
  id: z.string(),
  kind: z.enum(['rebuild', 'check']),
  extent: z
    .union([z.enum(['whole', 'none']), z.int()])
    .describe('Records that are compared with the log: all, none, or so many taken at random.'),
  organizationId: z.string().nullable().describe('Of a check: only of this organization.'),
  requestedBy: z.string(),
  requestedAt: z.string(),
  state: z
    .enum(['running', 'stopped', 'done', 'differs', 'failed'])
    .describe('`differs`: there are differences, so a rebuild did not switch. `failed`: see `problem`.'),
  phase: z.enum(['waiting', 'building', 'comparing', 'switching']).describe('`waiting` for a projector.'),
  share: z.number().describe('How much of the phase is done, from 0 to 1.'),
  events: z.int().describe('Of a rebuild: events applied.'),
  compared: z.int().describe('Records compared.'),
  position: z.string().nullable().describe('As of which place in the log records are compared.'),
  differenceCount: z.int(),
  differences: z.array(difference).describe('The first 1,000 of them. Never with a key.'),
  problem: z.string().nullable(),
  endedAt: z.string().nullable(),
});

export const jobFields = { job: job.nullable().describe('What was asked for last; null when nothing was.') };
