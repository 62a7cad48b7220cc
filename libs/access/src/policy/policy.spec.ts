import { keywardPackageDefinition } from '@keyward/contracts';
import { NOBODY_IN_PARTICULAR } from '../testing/fixtures.js';
import { projectPath, type Principal } from '../principal.js';
import { decide, type Target } from './authorize.js';
import { POLICY, type Operation, type PolicyRow } from './policy.js';

/**
 * Who may do what, written down a second time and by hand, from the design and not from the table.
 *
 *   any       whatever it is done to            own       in the own organization, to any project or none
 *   project   to the own project                -         nowhere
 *
 * Columns: without a token | signed in without a role | platform admin | organization owner, admin,
 * member | project admin, editor, viewer | worker of the organization | worker narrowed to a project
 */
const MATRIX = `
                          none  signed  platf   owner  admin  member  p-admin  p-editor  p-viewer  worker  worker-p
  putOrganization         -     -       any     -      -      -       -        -         -         -       -
  putProject              -     -       any     -      -      -       -        -         -         -       -
  archiveProject          -     -       any     -      -      -       -        -         -         -       -
  getRollout              -     -       any     -      -      -       -        -         -         -       -
  putRollout              -     -       any     -      -      -       -        -         -         -       -
  listIntegrations        -     any     any     any    any    any     any      any       any       any     any
  listOrgIntegrations     -     -       -       own    own    own     -        -         -         -       -
  setOrgKey               -     -       -       own    own    -       -        -         -         -       -
  removeOrgKey            -     -       -       own    own    -       -        -         -         -       -
  disableOrgKey           -     -       -       own    own    -       -        -         -         -       -
  enableOrgKey            -     -       -       own    own    -       -        -         -         -       -
  listProjectIntegrations -     -       -       own    own    -       project  project   project   -       -
  setProjectKey           -     -       -       own    own    -       project  project   -         -       -
  removeProjectKey        -     -       -       own    own    -       project  project   -         -       -
  explainEffectiveKey     -     -       -       own    own    -       project  project   project   -       -
  readHistory             -     -       -       own    own    -       -        -         -         -       -
  healthLive              any   any     any     any    any    any     any      any       any       any     any
  healthReady             any   any     any     any    any    any     any      any       any       any     any
  metrics                 any   any     any     any    any    any     any      any       any       any     any
  openapi                 any   any     any     any    any    any     any      any       any       any     any
  docs                    any   any     any     any    any    any     any      any       any       any     any
  lookup                  -     -       -       -      -      -       -        -         -         own     project
  batchLookup             -     -       -       -      -      -       -        -         -         own     project
  watch                   -     -       -       -      -      -       -        -         -         own     project
`;

const OWN_ORG = 'acme';
const OWN_PROJECT = 'website';

const PRINCIPALS: Readonly<Record<string, Principal | null>> = {
  none: null,
  signed: NOBODY_IN_PARTICULAR,
  platf: { ...NOBODY_IN_PARTICULAR, platformAdmin: true },
  owner: { ...NOBODY_IN_PARTICULAR, organizations: new Map([[OWN_ORG, 'owner']]) },
  admin: { ...NOBODY_IN_PARTICULAR, organizations: new Map([[OWN_ORG, 'admin']]) },
  member: { ...NOBODY_IN_PARTICULAR, organizations: new Map([[OWN_ORG, 'member']]) },
  'p-admin': { ...NOBODY_IN_PARTICULAR, projects: new Map([[projectPath(OWN_ORG, OWN_PROJECT), 'admin']]) },
  'p-editor': { ...NOBODY_IN_PARTICULAR, projects: new Map([[projectPath(OWN_ORG, OWN_PROJECT), 'editor']]) },
  'p-viewer': { ...NOBODY_IN_PARTICULAR, projects: new Map([[projectPath(OWN_ORG, OWN_PROJECT), 'viewer']]) },
  worker: { ...NOBODY_IN_PARTICULAR, worker: { organizationId: OWN_ORG, projectIds: null } },
  'worker-p': { ...NOBODY_IN_PARTICULAR, worker: { organizationId: OWN_ORG, projectIds: [OWN_PROJECT] } },
};

const TARGETS: readonly Target[] = [
  {},
  { organizationId: OWN_ORG },
  { organizationId: OWN_ORG, projectId: OWN_PROJECT },
  { organizationId: OWN_ORG, projectId: 'another-of-acme' },
  { organizationId: 'globex' },
  { organizationId: 'globex', projectId: OWN_PROJECT },
  { organizationId: 'globex', projectId: 'another' },
  { organizationId: 'ACME', projectId: OWN_PROJECT },
  { organizationId: 'acme/website' },
  { organizationId: 'constructor', projectId: 'constructor' },
  { organizationId: '__proto__', projectId: '__proto__' },
];

function expected(cell: string, { organizationId, projectId }: Target): 'allow' | 'deny' {
  const own = organizationId === OWN_ORG;
  const reach: Readonly<Record<string, boolean>> = {
    any: true,
    own,
    project: own && projectId === OWN_PROJECT,
    '-': false,
  };
  const allowed = reach[cell];
  if (allowed === undefined) throw new Error(`no such cell: ${cell}`);
  return allowed ? 'allow' : 'deny';
}

const lines = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const [columns, ...rows] = lines as [string[], ...string[][]];
const cases = rows.flatMap(([operation, ...cells]) =>
  columns.map((who, index): [string, string, string] => [operation!, who, cells[index] ?? 'missing']),
);

describe('the policy table', () => {
  it.each(cases)('%s by %s: %s', (operation, who, cell) => {
    const principal = PRINCIPALS[who];
    const verdicts = TARGETS.map((target) => [target, decide(operation as Operation, principal!, target)]);
    expect(verdicts).toEqual(TARGETS.map((target) => [target, expected(cell, target)]));
  });

  it('is covered by the matrix above, row by row', () => {
    expect(rows.map(([operation]) => operation)).toEqual(POLICY.map((row) => row.operation));
    expect(columns).toEqual(Object.keys(PRINCIPALS));
  });

  it('has one row per operation, route and method', () => {
    const all: readonly PolicyRow[] = POLICY;
    const names = all.flatMap((row) => [row.operation, row.http ?? row.rpc]);
    expect(new Set(names).size).toBe(names.length);
    expect(all.every((row) => (row.http === undefined) !== (row.rpc === undefined))).toBe(true);
  });

  it('has a row for each method of the proto, and none that the proto does not have', () => {
    const inProto = Object.entries(keywardPackageDefinition).flatMap(([service, definition]) =>
      'format' in definition ? [] : Object.keys(definition).map((method) => `${service}/${method}`),
    );
    const all: readonly PolicyRow[] = POLICY;
    const inTable = all.flatMap(({ rpc }) => rpc ?? []);
    expect(inProto.length).toBeGreaterThan(0);
    expect(inTable.toSorted()).toEqual(inProto.toSorted());
  });

  it('has a row for each route of the design', () => {
    const all: readonly PolicyRow[] = POLICY;
    expect(all.flatMap(({ http }) => http ?? []).toSorted()).toEqual(DESIGN_ROUTES.toSorted());
  });

  it('denies what has no row', () => {
    const everything: Principal = {
      ...NOBODY_IN_PARTICULAR,
      platformAdmin: true,
      organizations: new Map([[OWN_ORG, 'owner']]),
      worker: { organizationId: OWN_ORG, projectIds: null },
    };
    for (const operation of ['dropEverything', 'constructor', '__proto__', '']) {
      expect(decide(operation as Operation, everything, { organizationId: OWN_ORG })).toBe('deny');
    }
  });

  it("grants the most that any of a principal's roles grants", () => {
    const mixed: Principal = {
      ...NOBODY_IN_PARTICULAR,
      organizations: new Map([[OWN_ORG, 'member']]),
      projects: new Map([[projectPath(OWN_ORG, OWN_PROJECT), 'editor']]),
    };
    expect(decide('setProjectKey', mixed, { organizationId: OWN_ORG, projectId: OWN_PROJECT })).toBe('allow');
    expect(decide('setProjectKey', mixed, { organizationId: OWN_ORG, projectId: 'another' })).toBe('deny');
    expect(decide('listOrgIntegrations', mixed, { organizationId: OWN_ORG })).toBe('allow');
  });
});

const DESIGN_ROUTES = `
  PUT    /v1/organizations/{org}
  PUT    /v1/organizations/{org}/projects/{project}
  DELETE /v1/organizations/{org}/projects/{project}
  GET    /v1/rollout
  PUT    /v1/rollout
  GET    /v1/integrations
  GET    /v1/organizations/{org}/integrations
  PUT    /v1/organizations/{org}/integrations/{integration}/key
  DELETE /v1/organizations/{org}/integrations/{integration}/key
  POST   /v1/organizations/{org}/integrations/{integration}/key/disable
  POST   /v1/organizations/{org}/integrations/{integration}/key/enable
  GET    /v1/organizations/{org}/projects/{project}/integrations
  PUT    /v1/organizations/{org}/projects/{project}/integrations/{integration}/key
  DELETE /v1/organizations/{org}/projects/{project}/integrations/{integration}/key
  GET    /v1/organizations/{org}/projects/{project}/integrations/{integration}/effective-key
  GET    /v1/organizations/{org}/history
  GET    /health/live
  GET    /health/ready
  GET    /metrics
  GET    /openapi.json
  GET    /docs
`
  .trim()
  .split('\n')
  .map((line) => line.trim().replace(/\s+/, ' '));
