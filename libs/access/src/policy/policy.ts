import type { OrganizationRole, ProjectRole } from '../principal.js';

/** Who may do something. Any one that applies is enough; where none does, it is denied. */
export interface Allowance {
  /** Anybody, without a token. */
  readonly public?: true;
  /** Anybody with a valid token. */
  readonly signedIn?: true;
  readonly platformAdmin?: true;
  /** These roles in the organization that is named. */
  readonly organizationRoles?: readonly OrganizationRole[];
  /** These roles in the project that is named. */
  readonly projectRoles?: readonly ProjectRole[];
  /** A worker of the organization that is named and, if narrowed to projects, of the project named. */
  readonly worker?: true;
}

export interface PolicyRow {
  readonly operation: string;
  /** Method and path as OpenAPI has them. */
  readonly http?: string;
  /** Service and method as the proto has them. */
  readonly rpc?: string;
  readonly allow: Allowance;
}

const ANYBODY: Allowance = { public: true };
const SIGNED_IN: Allowance = { signedIn: true };
const PLATFORM_ADMIN: Allowance = { platformAdmin: true };
const ORG_MEMBER: Allowance = { organizationRoles: ['owner', 'admin', 'member'] };
const ORG_ADMIN: Allowance = { organizationRoles: ['owner', 'admin'] };
const PROJECT_VIEWER: Allowance = {
  organizationRoles: ['owner', 'admin'],
  projectRoles: ['admin', 'editor', 'viewer'],
};
const PROJECT_EDITOR: Allowance = {
  organizationRoles: ['owner', 'admin'],
  projectRoles: ['admin', 'editor'],
};
/** What cannot be undone is for whoever answers for the project. */
const PROJECT_ADMIN: Allowance = { organizationRoles: ['owner', 'admin'], projectRoles: ['admin'] };
const WORKER: Allowance = { worker: true };

const ORG = '/v1/organizations/{org}';
const ORG_KEY = `${ORG}/integrations/{integration}/key` as const;
const PROJECT = `${ORG}/projects/{project}` as const;
const PROJECT_KEY = `${PROJECT}/integrations/{integration}/key` as const;

/** Every operation of the HTTP and the gRPC API. What has no row here cannot be done. */
export const POLICY = [
  { operation: 'putOrganization', http: `PUT ${ORG}`, allow: PLATFORM_ADMIN },
  { operation: 'getOrganization', http: `GET ${ORG}`, allow: ORG_MEMBER },
  { operation: 'listProjects', http: `GET ${ORG}/projects`, allow: ORG_MEMBER },
  { operation: 'putProject', http: `PUT ${PROJECT}`, allow: PLATFORM_ADMIN },
  { operation: 'archiveProject', http: `DELETE ${PROJECT}`, allow: PLATFORM_ADMIN },
  { operation: 'getRollout', http: 'GET /v1/rollout', allow: PLATFORM_ADMIN },
  { operation: 'putRollout', http: 'PUT /v1/rollout', allow: PLATFORM_ADMIN },
  { operation: 'getKeyEncryptionKeys', http: 'GET /v1/key-encryption-keys', allow: PLATFORM_ADMIN },
  {
    operation: 'rotateKeyEncryptionKeys',
    http: 'POST /v1/key-encryption-keys/rotation',
    allow: PLATFORM_ADMIN,
  },
  { operation: 'getReadModelJob', http: 'GET /v1/read-model/job', allow: PLATFORM_ADMIN },
  { operation: 'stopReadModelJob', http: 'DELETE /v1/read-model/job', allow: PLATFORM_ADMIN },
  { operation: 'rebuildReadModel', http: 'POST /v1/read-model/rebuild', allow: PLATFORM_ADMIN },
  { operation: 'checkReadModel', http: 'POST /v1/read-model/check', allow: PLATFORM_ADMIN },
  { operation: 'listIntegrations', http: 'GET /v1/integrations', allow: SIGNED_IN },
  { operation: 'listOrgIntegrations', http: `GET ${ORG}/integrations`, allow: ORG_MEMBER },
  { operation: 'setOrgKey', http: `PUT ${ORG_KEY}`, allow: ORG_ADMIN },
  { operation: 'removeOrgKey', http: `DELETE ${ORG_KEY}`, allow: ORG_ADMIN },
  { operation: 'disableOrgKey', http: `POST ${ORG_KEY}/disable`, allow: ORG_ADMIN },
  { operation: 'enableOrgKey', http: `POST ${ORG_KEY}/enable`, allow: ORG_ADMIN },
  { operation: 'destroyOrgKeyVersion', http: `DELETE ${ORG_KEY}/versions/{version}`, allow: ORG_ADMIN },
  { operation: 'listKeyUsage', http: `GET ${ORG_KEY}/usage`, allow: ORG_ADMIN },
  { operation: 'listProjectIntegrations', http: `GET ${PROJECT}/integrations`, allow: PROJECT_VIEWER },
  { operation: 'setProjectKey', http: `PUT ${PROJECT_KEY}`, allow: PROJECT_EDITOR },
  { operation: 'removeProjectKey', http: `DELETE ${PROJECT_KEY}`, allow: PROJECT_EDITOR },
  {
    operation: 'destroyProjectKeyVersion',
    http: `DELETE ${PROJECT_KEY}/versions/{version}`,
    allow: PROJECT_ADMIN,
  },
  {
    operation: 'explainEffectiveKey',
    http: `GET ${PROJECT}/integrations/{integration}/effective-key`,
    allow: PROJECT_VIEWER,
  },
  { operation: 'readHistory', http: `GET ${ORG}/history`, allow: ORG_ADMIN },
  { operation: 'exportAuditLog', http: `GET ${ORG}/audit/export`, allow: ORG_ADMIN },
  { operation: 'exportPlatformAuditLog', http: 'GET /v1/audit/export', allow: PLATFORM_ADMIN },
  { operation: 'listKeys', http: `GET ${ORG}/keys`, allow: ORG_ADMIN },
  { operation: 'watchOrganization', http: `GET ${ORG}/changes`, allow: ORG_MEMBER },
  { operation: 'watchProject', http: `GET ${PROJECT}/changes`, allow: PROJECT_VIEWER },
  { operation: 'getSession', http: 'GET /session', allow: SIGNED_IN },
  { operation: 'signIn', http: 'GET /session/sign-in', allow: ANYBODY },
  { operation: 'finishSignIn', http: 'GET /session/callback', allow: ANYBODY },
  { operation: 'signOut', http: 'POST /session/sign-out', allow: ANYBODY },
  { operation: 'signInForDevelopment', http: 'POST /session/development', allow: ANYBODY },
  { operation: 'getAuditHead', http: `GET ${ORG}/audit/head`, allow: ORG_ADMIN },
  { operation: 'listAuditHeads', http: `GET ${ORG}/audit/heads`, allow: ORG_ADMIN },
  { operation: 'proveAuditInclusion', http: `GET ${ORG}/audit/proofs/inclusion`, allow: ORG_ADMIN },
  { operation: 'proveAuditConsistency', http: `GET ${ORG}/audit/proofs/consistency`, allow: ORG_ADMIN },
  { operation: 'getPlatformAuditHead', http: 'GET /v1/audit/head', allow: PLATFORM_ADMIN },
  { operation: 'listPlatformAuditHeads', http: 'GET /v1/audit/heads', allow: PLATFORM_ADMIN },
  {
    operation: 'provePlatformAuditInclusion',
    http: 'GET /v1/audit/proofs/inclusion',
    allow: PLATFORM_ADMIN,
  },
  {
    operation: 'provePlatformAuditConsistency',
    http: 'GET /v1/audit/proofs/consistency',
    allow: PLATFORM_ADMIN,
  },
  { operation: 'listAuditKeys', http: 'GET /v1/audit/keys', allow: SIGNED_IN },
  { operation: 'healthLive', http: 'GET /health/live', allow: ANYBODY },
  { operation: 'healthReady', http: 'GET /health/ready', allow: ANYBODY },
  { operation: 'metrics', http: 'GET /metrics', allow: ANYBODY },
  { operation: 'openapi', http: 'GET /openapi.json', allow: ANYBODY },
  { operation: 'docs', http: 'GET /docs', allow: ANYBODY },
  { operation: 'lookup', rpc: 'keyward.v1.EffectiveKeys/Lookup', allow: WORKER },
  { operation: 'batchLookup', rpc: 'keyward.v1.EffectiveKeys/BatchLookup', allow: WORKER },
  { operation: 'watch', rpc: 'keyward.v1.KeyChanges/Watch', allow: WORKER },
] as const satisfies readonly PolicyRow[];

export type Operation = (typeof POLICY)[number]['operation'];
