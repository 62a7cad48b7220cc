import type { ActorKind } from '@keyward/domain';
import { projectPath, type Principal, type ProjectRole } from '../principal.js';
import type { Target } from './authorize.js';

/**
 * As what a token names an organization, whether or not that allows anything: the role in it, in the project that is
 * named, as a worker, or in another of its projects. Null for a stranger.
 */
export function roleIn(principal: Principal, { organizationId, projectId }: Target): ActorKind | null {
  if (organizationId === undefined) return null;
  const { organizations, projects, worker } = principal;
  const role = organizations.get(organizationId);
  if (role) return `organization_${role}`;
  const inProject =
    projectId === undefined ? undefined : projects.get(projectPath(organizationId, projectId));
  if (inProject) return `project_${inProject}`;
  if (worker?.organizationId === organizationId) return 'worker';
  return roleInAnyProject(principal, organizationId);
}

function roleInAnyProject({ projects }: Principal, organizationId: string): `project_${ProjectRole}` | null {
  for (const [path, role] of projects) if (path.startsWith(`${organizationId}/`)) return `project_${role}`;
  return null;
}
