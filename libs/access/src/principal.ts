export const ORGANIZATION_ROLES = ['owner', 'admin', 'member'] as const;
export type OrganizationRole = (typeof ORGANIZATION_ROLES)[number];

export const PROJECT_ROLES = ['admin', 'editor', 'viewer'] as const;
export type ProjectRole = (typeof PROJECT_ROLES)[number];

/** A project named whole: the same project id may occur in two organizations. */
export type ProjectPath = `${string}/${string}`;

/** What a downstream worker may look up and watch. */
export interface WorkerGrant {
  readonly organizationId: string;
  /** Null: every project of the organization. */
  readonly projectIds: readonly string[] | null;
}

/** Who asks, as a token that was checked says. */
export interface Principal {
  readonly subject: string;
  readonly platformAdmin: boolean;
  /** By organization id. A Map, as `constructor` and the like are valid ids. */
  readonly organizations: ReadonlyMap<string, OrganizationRole>;
  readonly projects: ReadonlyMap<ProjectPath, ProjectRole>;
  readonly worker: WorkerGrant | null;
  /** When the token ends. What lasts longer than a request (a watch) must end then too. */
  readonly expiresAt: Date;
}

export function projectPath(organizationId: string, projectId: string): ProjectPath {
  return `${organizationId}/${projectId}`;
}
