import { keywardPackageDefinition } from '@keyward/contracts';
import {
  GRANTS,
  OPERATIONS,
  OWN_ORGANIZATION,
  OWN_PROJECT,
  ROLES,
  expectedVerdict,
} from '../testing/access-matrix.js';
import { NOBODY_IN_PARTICULAR } from '../testing/fixtures.js';
import { KEYWARD_CLAIM, readClaims, type KeywardClaims } from '../token/claims.js';
import { projectPath, type Principal } from '../principal.js';
import { decide, type Target } from './authorize.js';
import { POLICY, type Operation, type PolicyRow } from './policy.js';

const OWN_ORG = OWN_ORGANIZATION;

const PRINCIPALS = new Map(
  Object.entries(GRANTS).map(([role, claims]) => [role, claims && principalWith(claims)]),
);

function principalWith(claims: KeywardClaims): Principal {
  const read = readClaims({ sub: 'somebody', exp: 4_102_444_800, [KEYWARD_CLAIM]: claims });
  if ('problem' in read) throw new Error(read.problem);
  return read.principal;
}

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

const cases = OPERATIONS.flatMap((operation) => ROLES.map((role): [string, string] => [operation, role]));

describe('the policy table', () => {
  it.each(cases)('decides %s by %s as the matrix does', (operation, role) => {
    const verdicts = TARGETS.map((target) => decide(operation as Operation, PRINCIPALS.get(role)!, target));
    expect(verdicts).toEqual(TARGETS.map((target) => expectedVerdict(operation, role, target)));
  });

  it('is covered by the matrix, row by row', () => {
    expect(OPERATIONS).toEqual(POLICY.map((row) => row.operation));
    expect(ROLES).toEqual(Object.keys(GRANTS));
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

  it('has a row for each route, and no other', () => {
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
  GET    /v1/organizations/{org}
  PUT    /v1/organizations/{org}
  GET    /v1/organizations/{org}/projects
  PUT    /v1/organizations/{org}/projects/{project}
  DELETE /v1/organizations/{org}/projects/{project}
  GET    /v1/rollout
  PUT    /v1/rollout
  GET    /v1/key-encryption-keys
  POST   /v1/key-encryption-keys/rotation
  GET    /v1/read-model/job
  DELETE /v1/read-model/job
  POST   /v1/read-model/rebuild
  POST   /v1/read-model/check
  GET    /v1/integrations
  GET    /v1/audit/head
  GET    /v1/audit/heads
  GET    /v1/audit/keys
  GET    /v1/audit/proofs/consistency
  GET    /v1/audit/proofs/inclusion
  GET    /v1/organizations/{org}/audit/head
  GET    /v1/organizations/{org}/audit/heads
  GET    /v1/organizations/{org}/audit/proofs/consistency
  GET    /v1/organizations/{org}/audit/proofs/inclusion
  GET    /v1/organizations/{org}/integrations
  PUT    /v1/organizations/{org}/integrations/{integration}/key
  DELETE /v1/organizations/{org}/integrations/{integration}/key
  POST   /v1/organizations/{org}/integrations/{integration}/key/disable
  POST   /v1/organizations/{org}/integrations/{integration}/key/enable
  DELETE /v1/organizations/{org}/integrations/{integration}/key/versions/{version}
  GET    /v1/organizations/{org}/integrations/{integration}/key/usage
  GET    /v1/organizations/{org}/projects/{project}/integrations
  PUT    /v1/organizations/{org}/projects/{project}/integrations/{integration}/key
  DELETE /v1/organizations/{org}/projects/{project}/integrations/{integration}/key
  DELETE /v1/organizations/{org}/projects/{project}/integrations/{integration}/key/versions/{version}
  GET    /v1/organizations/{org}/projects/{project}/integrations/{integration}/effective-key
  GET    /v1/organizations/{org}/history
  GET    /v1/organizations/{org}/audit/export
  GET    /v1/audit/export
  GET    /v1/organizations/{org}/keys
  GET    /v1/organizations/{org}/changes
  GET    /v1/organizations/{org}/projects/{project}/changes
  GET    /session
  GET    /session/sign-in
  GET    /session/callback
  POST   /session/sign-out
  POST   /session/development
  GET    /health/live
  GET    /health/ready
  GET    /metrics
  GET    /openapi.json
  GET    /docs
`
  .trim()
  .split('\n')
  .map((line) => line.trim().replace(/\s+/, ' '));
