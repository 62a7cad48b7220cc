import type { KeywardClaims } from '../token/claims.js';
import type { Target, Verdict } from '../policy/authorize.js';

/**
 * Who may do what, written down a second time and by hand, from the design and not from the policy
 * table. The table is held against it as a unit, and a running Keyward over HTTP and gRPC.
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
  getOrganization         -     -       -       own    own    own     -        -         -         -       -
  listProjects            -     -       -       own    own    own     -        -         -         -       -
  putProject              -     -       any     -      -      -       -        -         -         -       -
  archiveProject          -     -       any     -      -      -       -        -         -         -       -
  getRollout              -     -       any     -      -      -       -        -         -         -       -
  putRollout              -     -       any     -      -      -       -        -         -         -       -
  getKeyEncryptionKeys    -     -       any     -      -      -       -        -         -         -       -
  rotateKeyEncryptionKeys -     -       any     -      -      -       -        -         -         -       -
  getReadModelJob         -     -       any     -      -      -       -        -         -         -       -
  stopReadModelJob        -     -       any     -      -      -       -        -         -         -       -
  rebuildReadModel        -     -       any     -      -      -       -        -         -         -       -
  checkReadModel          -     -       any     -      -      -       -        -         -         -       -
  listIntegrations        -     any     any     any    any    any     any      any       any       any     any
  listOrgIntegrations     -     -       -       own    own    own     -        -         -         -       -
  setOrgKey               -     -       -       own    own    -       -        -         -         -       -
  removeOrgKey            -     -       -       own    own    -       -        -         -         -       -
  disableOrgKey           -     -       -       own    own    -       -        -         -         -       -
  enableOrgKey            -     -       -       own    own    -       -        -         -         -       -
  destroyOrgKeyVersion    -     -       -       own    own    -       -        -         -         -       -
  listKeyUsage            -     -       -       own    own    -       -        -         -         -       -
  listProjectIntegrations -     -       -       own    own    -       project  project   project   -       -
  setProjectKey           -     -       -       own    own    -       project  project   -         -       -
  removeProjectKey        -     -       -       own    own    -       project  project   -         -       -
  destroyProjectKeyVersion -    -       -       own    own    -       project  -         -         -       -
  explainEffectiveKey     -     -       -       own    own    -       project  project   project   -       -
  readHistory             -     -       -       own    own    -       -        -         -         -       -
  exportAuditLog          -     -       -       own    own    -       -        -         -         -       -
  exportPlatformAuditLog  -     -       any     -      -      -       -        -         -         -       -
  listKeys                -     -       -       own    own    -       -        -         -         -       -
  watchOrganization       -     -       -       own    own    own     -        -         -         -       -
  watchProject            -     -       -       own    own    -       project  project   project   -       -
  getSession              -     any     any     any    any    any     any      any       any       any     any
  signIn                  any   any     any     any    any    any     any      any       any       any     any
  finishSignIn            any   any     any     any    any    any     any      any       any       any     any
  signOut                 any   any     any     any    any    any     any      any       any       any     any
  signInForDevelopment    any   any     any     any    any    any     any      any       any       any     any
  getAuditHead            -     -       -       own    own    -       -        -         -         -       -
  listAuditHeads          -     -       -       own    own    -       -        -         -         -       -
  proveAuditInclusion     -     -       -       own    own    -       -        -         -         -       -
  proveAuditConsistency   -     -       -       own    own    -       -        -         -         -       -
  getPlatformAuditHead     -     -       any     -      -      -       -        -         -         -       -
  listPlatformAuditHeads   -     -       any     -      -      -       -        -         -         -       -
  provePlatformAuditInclusion -     -       any     -      -      -       -        -         -         -       -
  provePlatformAuditConsistency -     -       any     -      -      -       -        -         -         -       -
  listAuditKeys           -     any     any     any    any    any     any      any       any       any     any
  healthLive              any   any     any     any    any    any     any      any       any       any     any
  healthReady             any   any     any     any    any    any     any      any       any       any     any
  metrics                 any   any     any     any    any    any     any      any       any       any     any
  openapi                 any   any     any     any    any    any     any      any       any       any     any
  docs                    any   any     any     any    any    any     any      any       any       any     any
  lookup                  -     -       -       -      -      -       -        -         -         own     project
  batchLookup             -     -       -       -      -      -       -        -         -         own     project
  watch                   -     -       -       -      -      -       -        -         -         own     project
`;

/** What the columns' tokens are for. */
export const OWN_ORGANIZATION = 'acme';
export const OWN_PROJECT = 'website';

const inOrganization = (role: 'owner' | 'admin' | 'member'): KeywardClaims => ({
  organizations: { [OWN_ORGANIZATION]: role },
});
const inProject = (role: 'admin' | 'editor' | 'viewer'): KeywardClaims => ({
  projects: { [`${OWN_ORGANIZATION}/${OWN_PROJECT}`]: role },
});

/** Keyward's claims in each column's token; null for no token. */
export const GRANTS: Readonly<Record<string, KeywardClaims | null>> = {
  none: null,
  signed: {},
  platf: { platform_admin: true },
  owner: inOrganization('owner'),
  admin: inOrganization('admin'),
  member: inOrganization('member'),
  'p-admin': inProject('admin'),
  'p-editor': inProject('editor'),
  'p-viewer': inProject('viewer'),
  worker: { worker: { organization: OWN_ORGANIZATION } },
  'worker-p': { worker: { organization: OWN_ORGANIZATION, projects: [OWN_PROJECT] } },
};

const [columns, ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/)) as [string[], ...string[][]];

export const ROLES: readonly string[] = columns;
export const OPERATIONS: readonly string[] = rows.map(([operation]) => operation!);

/** @throws Error when the matrix has no row for the operation, or no column for the role. */
export function expectedVerdict(operation: string, role: string, target: Target): Verdict {
  const cell = rows.find(([name]) => name === operation)?.[columns.indexOf(role) + 1];
  const own = target.organizationId === OWN_ORGANIZATION;
  const reach: Readonly<Record<string, boolean>> = {
    any: true,
    own,
    project: own && target.projectId === OWN_PROJECT,
    '-': false,
  };
  const allowed = cell === undefined || !columns.includes(role) ? undefined : reach[cell];
  if (allowed === undefined)
    throw new Error(`the access matrix does not say whether ${role} may ${operation}`);
  return allowed ? 'allow' : 'deny';
}
