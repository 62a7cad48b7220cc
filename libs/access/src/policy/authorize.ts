import { KeywardError } from '@keyward/contracts';
import type { ActorKind } from '@keyward/domain';
import { projectPath, type OrganizationRole, type Principal, type ProjectRole } from '../principal.js';
import { POLICY, type Allowance, type Operation } from './policy.js';

/** What an operation is done to. Leave out what it does not name. */
export interface Target {
  readonly organizationId?: string;
  /** Only together with its organization. Absent in a worker's operation: the whole organization. */
  readonly projectId?: string;
}

export type Verdict = 'allow' | 'deny';

const ALLOWANCES: ReadonlyMap<string, Allowance> = new Map(POLICY.map((row) => [row.operation, row.allow]));
const NOTHING: Allowance = {};
const NOWHERE: Target = {};

/**
 * Whether the policy table lets this principal (null: no token) do this. Looks at the token and the
 * ids alone, never at what exists, so that a foreign and an absent target cannot be told apart.
 */
export function decide(operation: Operation, principal: Principal | null, target: Target = NOWHERE): Verdict {
  const allow = ALLOWANCES.get(operation) ?? NOTHING;
  if (allow.public === true) return 'allow';
  return principal !== null && isAllowed(allow, principal, target) ? 'allow' : 'deny';
}

/** The role that lets this principal do this, for the record; null when none of these does. */
export function actorKind(
  operation: Operation,
  principal: Principal | null,
  target: Target,
): ActorKind | null {
  const allow = ALLOWANCES.get(operation) ?? NOTHING;
  if (principal === null) return null;
  if (allow.platformAdmin && principal.platformAdmin) return 'platform_admin';
  const inOrganization = organizationRole(allow, principal, target);
  if (inOrganization) return `organization_${inOrganization}`;
  const inProject = projectRole(allow, principal, target);
  return inProject ? `project_${inProject}` : null;
}

/**
 * Returns when the policy table allows it.
 * @throws KeywardError UNAUTHENTICATED without a principal; FORBIDDEN with one sentence per
 * operation, the same for every target.
 */
export function authorize(operation: Operation, principal: Principal | null, target: Target = NOWHERE): void {
  if (decide(operation, principal, target) === 'allow') return;
  if (principal === null) {
    throw new KeywardError('UNAUTHENTICATED', 'Sign in: send the header "Authorization: Bearer <token>".');
  }
  throw new KeywardError('FORBIDDEN', forbiddenSentence(operation));
}

function isAllowed(allow: Allowance, principal: Principal, target: Target): boolean {
  return (
    allow.signedIn === true ||
    (allow.platformAdmin === true && principal.platformAdmin) ||
    (allow.worker === true && isWorkerOf(principal, target)) ||
    organizationRole(allow, principal, target) !== undefined ||
    projectRole(allow, principal, target) !== undefined
  );
}

/** The principal's role in the organization, if it is one that is allowed. */
function organizationRole(
  allow: Allowance,
  principal: Principal,
  { organizationId }: Target,
): OrganizationRole | undefined {
  const role = organizationId === undefined ? undefined : principal.organizations.get(organizationId);
  return role && allow.organizationRoles?.includes(role) ? role : undefined;
}

function projectRole(
  allow: Allowance,
  principal: Principal,
  { organizationId, projectId }: Target,
): ProjectRole | undefined {
  if (organizationId === undefined || projectId === undefined) return undefined;
  const role = principal.projects.get(projectPath(organizationId, projectId));
  return role && allow.projectRoles?.includes(role) ? role : undefined;
}

function isWorkerOf({ worker }: Principal, { organizationId, projectId }: Target): boolean {
  if (worker === null || worker.organizationId !== organizationId) return false;
  if (worker.projectIds === null) return true;
  return projectId !== undefined && worker.projectIds.includes(projectId);
}

function forbiddenSentence(operation: Operation): string {
  const needs = rolesNeeded(ALLOWANCES.get(operation) ?? NOTHING);
  if (needs.length === 0) return 'You may not do this.';
  return `You may not do this: it needs ${needs.join(', or ')}. Ask somebody who may, or for a token with that role.`;
}

function rolesNeeded({ platformAdmin, worker, organizationRoles, projectRoles }: Allowance): string[] {
  const needs: string[] = [];
  if (platformAdmin) needs.push('a platform administrator');
  if (organizationRoles) needs.push(`the role ${organizationRoles.join(' or ')} in the organization`);
  if (projectRoles) needs.push(`the role ${projectRoles.join(' or ')} in the project`);
  if (worker) needs.push("a worker's token for this organization and project");
  return needs;
}
