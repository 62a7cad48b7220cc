import { encodePosition, maskFromLastFour } from '@keyward/contracts';
import { PLANS, eventSubject, readStoredEvent, type ExpectedVersion, type Provenance } from '@keyward/domain';
import { HISTORY_KINDS, type HistoryEntry } from '@keyward/history';
import { z } from 'zod';
import { keyFactsFields } from '../reading/key-facts.js';

const handOut = z.strictObject({
  worker: z.string().describe("Subject of the worker's token."),
  projectId: z.string().describe('The project that it asked for.'),
  level: z.enum(['organization', 'project']).describe('Whose key it was given.'),
  integrationId: z.string(),
  keyId: keyFactsFields.keyId,
  version: keyFactsFields.version,
  firstAt: z.string().describe('RFC 3339, UTC.'),
  lastAt: z.string(),
  counts: z.record(z.string(), z.int()).describe('How often, by the minute, such as `2026-03-01T12:05Z`.'),
});

export const historyItem = z.strictObject({
  position: z
    .string()
    .describe('Where it is in the event log: for `after`, and for `at` of an effective key.'),
  occurredAt: z.string().describe('RFC 3339, UTC. For people: order comes from positions.'),
  actor: z.strictObject({
    subject: z.string(),
    kind: z
      .string()
      .nullable()
      .describe(
        'The role that allowed it, or did not, such as `organization_owner`; null in events of before it was recorded.',
      ),
  }),
  kind: z
    .enum(HISTORY_KINDS)
    .describe(
      'What happened. Of a key: `set`, `removed`, `disabled`, `enabled`, `destroyed`. `refused`: policy denied it, and ' +
        'nothing did. `read`: keys were handed out to workers.',
    ),
  projectId: z.string().nullable().describe('Null for what concerns the whole organization.'),
  integrationId: z.string().nullable(),
  keyId: keyFactsFields.keyId
    .nullable()
    .describe('Of the key that was set, removed or switched; null for all else.'),
  version: keyFactsFields.version.nullable(),
  mask: keyFactsFields.mask.nullable(),
  fingerprint: keyFactsFields.fingerprint.nullable(),
  credentialKind: keyFactsFields.credentialKind.nullable(),
  reason: z.string().nullable().describe('Why, as whoever did it said.'),
  expectedVersion: z
    .string()
    .nullable()
    .describe('The `If-Match` that was sent, such as `"3"` or `*`; null without one.'),
  idempotencyKey: z.string().nullable().describe('The `Idempotency-Key` that was sent; null without one.'),
  name: z.string().optional().describe('The name that was given to the organization or the project.'),
  plan: z.enum(PLANS).optional().describe('The plan from then on.'),
  previousPlan: z.enum(PLANS).optional(),
  cause: z
    .enum(['request', 'retention'])
    .optional()
    .describe('Of `destroyed`: somebody asked for it, or the time was over for which a version is kept.'),
  operation: z
    .string()
    .nullable()
    .optional()
    .describe(
      'Of `refused`: what was asked for, such as `setOrgKey`. Null for an item that counts what was too varied to be told apart.',
    ),
  code: z.string().nullable().optional().describe('Of `refused`: the code that it was refused with.'),
  count: z
    .int()
    .optional()
    .describe('Of `refused`: how many requests from `firstAt` to `occurredAt` this item stands for.'),
  firstAt: z.string().optional().describe('Of `refused`: RFC 3339, UTC; `occurredAt` is the last time.'),
  handOuts: z
    .array(handOut)
    .optional()
    .describe('Of `read`: what one process handed out in a while; where the request narrows it, only that.'),
  recovered: z
    .boolean()
    .optional()
    .describe(
      'Of `read`: the process died before it had counted, so each count is the least that it can be.',
    ),
  inRollout: z
    .boolean()
    .optional()
    .describe(
      'Of `organization_registered` and `rollout_changed`: whether the organization is in the rollout from then on.',
    ),
});

type HistoryItem = z.output<typeof historyItem>;

export function toItem(storeId: string, entry: HistoryEntry): HistoryItem {
  const { event, kind, inRollout } = entry;
  const { organizationId: _organization, ...owner } = eventSubject(event.stream, event.data)!;
  const { data } = readStoredEvent(event);
  return {
    position: encodePosition(storeId, event.position),
    ...provenanceOf(data),
    kind,
    ...owner,
    ...keyOf(entry),
    ...carriedBy(data),
    ...(inRollout === null ? {} : { inRollout }),
  };
}

function provenanceOf(data: Provenance) {
  const { occurredAt, actor, actorKind = null, reason, idempotencyKey, expectedVersion = null } = data;
  const expected = expectedVersion === null ? null : asIfMatch(expectedVersion);
  return {
    occurredAt,
    actor: { subject: actor, kind: actorKind },
    reason,
    expectedVersion: expected,
    idempotencyKey,
  };
}

function asIfMatch(expected: Exclude<ExpectedVersion, null>): string {
  if (expected === 'any') return '*';
  return [expected]
    .flat()
    .map((version) => `"${version}"`)
    .join(', ');
}

const NO_KEY = { keyId: null, version: null, mask: null, fingerprint: null, credentialKind: null };

function keyOf({ event, key }: HistoryEntry) {
  const { keyId, version, fingerprint } = event.data as {
    keyId?: string;
    version: number;
    fingerprint: string;
  };
  if (keyId === undefined) return NO_KEY;
  const mask = key && maskFromLastFour(key.lastFour);
  return { keyId, version, mask, fingerprint, credentialKind: key?.credentialKind ?? null };
}

const CARRIED = [
  'name',
  'plan',
  'previousPlan',
  'cause',
  'operation',
  'code',
  'count',
  'firstAt',
  'handOuts',
  'recovered',
] as const;

function carriedBy(data: object): Pick<HistoryItem, (typeof CARRIED)[number]> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => CARRIED.some((known) => known === name)));
}
