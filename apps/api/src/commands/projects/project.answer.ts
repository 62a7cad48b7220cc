import type { ProjectState } from '@keyward/domain';

export interface ProjectAnswer {
  readonly organizationId: string;
  readonly projectId: string;
  readonly name: string;
  readonly archived: boolean;
  readonly version: number;
  readonly created: boolean;
}

export function projectAnswer(
  ids: { readonly organizationId: string; readonly projectId: string },
  before: ProjectState,
  after: ProjectState,
): ProjectAnswer {
  return {
    organizationId: ids.organizationId,
    projectId: ids.projectId,
    name: after.name,
    archived: after.status === 'archived',
    version: after.version,
    created: before.status === 'unknown',
  };
}
