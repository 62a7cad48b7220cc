import type { ApiFixture, Call } from './api-fixture.js';

export const KEY_A = 'a'.repeat(36) + 'AAAA';
export const KEY_B = 'b'.repeat(36) + 'BBBB';

const ORG = '/v1/organizations/acme';
const ORG_KEY = `${ORG}/integrations/serpapi/key`;
/** Switched off. */
const DISABLED_KEY = `${ORG}/integrations/exa/key`;
const PROJECT = `${ORG}/projects/website`;
const PROJECT_KEY = `${PROJECT}/integrations/serpapi/key`;

/** Where a version was replaced, and can be destroyed. */
const REPLACED_KEY = `${ORG}/integrations/firecrawl/key`;
const REPLACED_PROJECT_KEY = `${PROJECT}/integrations/firecrawl/key`;

/** A write, done by somebody who may. */
export interface SampleWrite {
  readonly target: string;
  readonly by: 'admin' | 'owner';
  readonly body?: object;
  /** Of the same shape, and asks for something else. */
  readonly otherBody?: object;
  readonly event: string;
  /** Of what it writes to, before it. */
  readonly version: number;
}

/** Every write but the rollout's, whose version is not of one organization alone. */
const WRITES: readonly SampleWrite[] = [
  {
    target: `PUT ${ORG}`,
    by: 'admin',
    body: { name: 'Acme', plan: 'team' },
    otherBody: { name: 'Acme', plan: 'free' },
    event: 'OrganizationPlanChanged',
    version: 1,
  },
  {
    target: `PUT ${PROJECT}`,
    by: 'admin',
    body: { name: 'Shop' },
    otherBody: { name: 'Store' },
    event: 'ProjectRenamed',
    version: 1,
  },
  { target: `DELETE ${PROJECT}`, by: 'admin', event: 'ProjectArchived', version: 1 },
  {
    target: `PUT ${ORG_KEY}`,
    by: 'owner',
    body: { secret: KEY_B },
    otherBody: { secret: KEY_A },
    event: 'OrgKeySet',
    version: 1,
  },
  {
    target: `DELETE ${ORG_KEY}`,
    by: 'owner',
    body: { reason: 'a' },
    otherBody: { reason: 'b' },
    event: 'OrgKeyRemoved',
    version: 1,
  },
  {
    target: `POST ${ORG_KEY}/disable`,
    by: 'owner',
    body: { reason: 'a' },
    otherBody: { reason: 'b' },
    event: 'OrgKeyDisabled',
    version: 1,
  },
  {
    target: `POST ${DISABLED_KEY}/enable`,
    by: 'owner',
    body: { reason: 'a' },
    otherBody: { reason: 'b' },
    event: 'OrgKeyEnabled',
    version: 1,
  },
  {
    target: `PUT ${PROJECT_KEY}`,
    by: 'owner',
    body: { secret: KEY_B },
    otherBody: { secret: KEY_A },
    event: 'ProjectKeySet',
    version: 1,
  },
  {
    target: `DELETE ${PROJECT_KEY}`,
    by: 'owner',
    body: { reason: 'a' },
    otherBody: { reason: 'b' },
    event: 'ProjectKeyRemoved',
    version: 1,
  },
  ...[REPLACED_KEY, REPLACED_PROJECT_KEY].map((key): SampleWrite => ({
    target: `DELETE ${key}/versions/1`,
    by: 'owner',
    body: { reason: 'a' },
    otherBody: { reason: 'b' },
    event: 'KeyDestroyed',
    version: 2,
  })),
];

/** As a table for `it.each`. */
export const WRITE_CASES = WRITES.map((write): [string, SampleWrite] => [write.target, write]);

/** An organization of its own that each of them can be done to. */
export async function withKeys(api: ApiFixture): Promise<void> {
  await api.withAcme();
  await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
  await api.must(`PUT ${DISABLED_KEY}`, { body: { secret: KEY_A } });
  await api.must(`POST ${DISABLED_KEY}/disable`);
  await api.must(`PUT ${PROJECT_KEY}`, { body: { secret: KEY_A } });
  for (const key of [REPLACED_KEY, REPLACED_PROJECT_KEY]) {
    for (const secret of [KEY_A, KEY_B]) await api.must(`PUT ${key}`, { body: { secret } });
  }
}

export function callOf(api: ApiFixture, { by, body }: SampleWrite, headers: Call['headers'] = {}): Call {
  return { as: api[by], headers, ...(body && { body }) };
}
